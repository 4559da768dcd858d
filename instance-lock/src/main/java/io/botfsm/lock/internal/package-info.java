/**
 * The lease engine of this library: acquires, renews and releases leases of a {@link io.botfsm.lock.store.LeaseStore}.
 * This is not a public API: it is for the instance lock and for event isolation, and may change with every version.
 *
 * <p>A {@link io.botfsm.lock.internal.LeaseEngine} creates {@link io.botfsm.lock.internal.AcquireAttempt}s. A
 * successful attempt gives a {@link io.botfsm.lock.internal.LeaseGeneration}, which renews itself once it is started;
 * an unsuccessful one can be followed by a {@link io.botfsm.lock.internal.LeaseWait wait}.
 */
@NullMarked
package io.botfsm.lock.internal;

import org.jspecify.annotations.NullMarked;
