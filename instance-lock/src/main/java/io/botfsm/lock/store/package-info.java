/**
 * What a lock needs of a place that every instance can reach: the {@link io.botfsm.lock.store.LeaseStore} SPI, its
 * values, and the implementations that need nothing else.
 */
@NullMarked
package io.botfsm.lock.store;

import org.jspecify.annotations.NullMarked;
