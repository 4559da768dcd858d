/**
 * Conversations and leases in Redis, over any client: {@link io.botfsm.redis.RedisStateStorage},
 * {@link io.botfsm.redis.RedisLeaseStore}; users open them with {@link io.botfsm.redis.BotRedis}.
 */
@NullMarked
package io.botfsm.redis;

import org.jspecify.annotations.NullMarked;
