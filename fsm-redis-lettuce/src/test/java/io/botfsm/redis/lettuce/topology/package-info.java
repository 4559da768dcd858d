/** Conversations, leases and isolation over Sentinels and clusters. */
@NullMarked
package io.botfsm.redis.lettuce.topology;

import org.jspecify.annotations.NullMarked;
