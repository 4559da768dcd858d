/**
 * Conversations and leases in Redis, over any client: {@link io.botfsm.redis.RedisStateStorage},
 * {@link io.botfsm.redis.RedisLeaseStore}, and the {@link io.botfsm.redis.RedisServerCheck} that a client adapter runs when it
 * connects.
 */
@NullMarked
package io.botfsm.redis;

import org.jspecify.annotations.NullMarked;
