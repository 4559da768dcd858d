/**
 * Exactly one active instance: {@link io.botfsm.lock.InstanceLock}, the lease it gives, and the engine that keeps it. Where
 * leases are kept is the business of {@link io.botfsm.lock.store}.
 */
@NullMarked
package io.botfsm.lock;

import org.jspecify.annotations.NullMarked;
