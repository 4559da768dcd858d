/** Conversations and leases in Redis through the Jedis client: {@link io.botfsm.redis.jedis.JedisRedis}. */
@NullMarked
package io.botfsm.redis.jedis;

import org.jspecify.annotations.NullMarked;
