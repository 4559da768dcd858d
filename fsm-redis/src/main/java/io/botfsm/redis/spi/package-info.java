/**
 * The SPI for Redis clients, {@link io.botfsm.redis.spi.RedisPort} and {@link io.botfsm.redis.spi.RedisDriver}, and
 * what adapters share.
 */
@NullMarked
package io.botfsm.redis.spi;

import org.jspecify.annotations.NullMarked;
