/** Conversations and leases in Redis through the Lettuce client: {@link io.botfsm.redis.lettuce.LettuceRedis}. */
@NullMarked
package io.botfsm.redis.lettuce;

import org.jspecify.annotations.NullMarked;
