/**
 * Conversations and leases in Redis through the Lettuce client, versions 6.6 to 7.7:
 * {@link io.botfsm.redis.lettuce.LettuceRedis}.
 */
@NullMarked
package io.botfsm.redis.lettuce;

import org.jspecify.annotations.NullMarked;
