package io.botfsm.conformance.lease;

/** A correct lease store passes, without gaps. */
final class ReferenceLeaseStoreTest extends ReferenceLeaseConformance {}
