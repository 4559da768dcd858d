/**
 * Ensures that exactly one instance is active: {@link io.botfsm.lock.InstanceLock}, its leases and its events. Leases
 * are kept in a {@link io.botfsm.lock.store.LeaseStore}.
 */
@NullMarked
package io.botfsm.lock;

import org.jspecify.annotations.NullMarked;
