package io.botfsm.conformance;

/** A correct lease store passes, without gaps. */
final class ReferenceLeaseStoreTest extends ReferenceLeaseConformance {}
