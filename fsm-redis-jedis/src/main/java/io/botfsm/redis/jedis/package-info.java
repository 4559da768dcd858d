/**
 * Conversations and leases in Redis through the Jedis client, versions 6.0 to 8.0:
 * {@link io.botfsm.redis.jedis.JedisRedis}.
 */
@NullMarked
package io.botfsm.redis.jedis;

import org.jspecify.annotations.NullMarked;
