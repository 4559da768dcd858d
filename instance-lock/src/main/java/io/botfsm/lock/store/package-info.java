/**
 * The storage of leases, which every instance must be able to reach: the {@link io.botfsm.lock.store.LeaseStore} SPI,
 * its values, and implementations without further dependencies.
 */
@NullMarked
package io.botfsm.lock.store;

import org.jspecify.annotations.NullMarked;
