/**
 * The one lease engine of this library: takes, renews and gives back leases of a
 * {@link io.botfsm.lock.store.LeaseStore}. No API: it is for the instance lock and for event isolation, and may change
 * with every version.
 *
 * <p>A {@link io.botfsm.lock.internal.LeaseEngine} makes {@link io.botfsm.lock.internal.AcquireAttempt}s; one that
 * succeeds brings a {@link io.botfsm.lock.internal.LeaseGeneration}, which renews itself once it is started; one that
 * does not may {@link io.botfsm.lock.internal.LeaseWait wait}.
 */
@NullMarked
package io.botfsm.lock.internal;

import org.jspecify.annotations.NullMarked;
