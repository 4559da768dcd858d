/** Conversations, leases and isolation over Sentinels and clusters. */
@NullMarked
package io.botfsm.redis.jedis.topology;

import org.jspecify.annotations.NullMarked;
