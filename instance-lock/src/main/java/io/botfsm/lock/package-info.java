/**
 * Exactly one active instance: {@link io.botfsm.lock.InstanceLock}, the lease it gives, and what happens to it. Leases
 * are kept in a {@link io.botfsm.lock.store.LeaseStore}.
 */
@NullMarked
package io.botfsm.lock;

import org.jspecify.annotations.NullMarked;
