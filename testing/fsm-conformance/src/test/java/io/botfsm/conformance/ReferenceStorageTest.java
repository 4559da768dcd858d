package io.botfsm.conformance;

/** A correct storage passes, without gaps. */
final class ReferenceStorageTest extends ReferenceConformance {}
