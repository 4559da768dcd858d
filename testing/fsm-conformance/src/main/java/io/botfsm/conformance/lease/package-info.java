/**
 * The rules L01 to L18 that every lease store must follow, as tests. Extend
 * {@link io.botfsm.conformance.lease.LeaseStoreConformance}.
 */
@NullMarked
package io.botfsm.conformance.lease;

import org.jspecify.annotations.NullMarked;
