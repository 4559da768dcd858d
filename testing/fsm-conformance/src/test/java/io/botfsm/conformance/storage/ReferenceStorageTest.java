package io.botfsm.conformance.storage;

/** A correct storage passes, without gaps. */
final class ReferenceStorageTest extends ReferenceConformance {}
