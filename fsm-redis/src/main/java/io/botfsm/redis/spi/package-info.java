/** What a Redis client has to do for this library: {@link io.botfsm.redis.spi.RedisPort}, one class a client. */
@NullMarked
package io.botfsm.redis.spi;

import org.jspecify.annotations.NullMarked;
