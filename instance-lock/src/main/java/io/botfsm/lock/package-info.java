/**
 * Instance locks: the {@code InstanceLock} interface, the lease engine, and the {@code LeaseStore} SPI with its
 * in-memory and quorum implementations.
 */
@NullMarked
package io.botfsm.lock;

import org.jspecify.annotations.NullMarked;
