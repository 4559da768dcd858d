/**
 * A Redis Cluster as one {@link io.botfsm.redis.spi.RedisPort}: which node serves a key, and where a command goes. Not
 * an API.
 */
@NullMarked
package io.botfsm.redis.cluster;

import org.jspecify.annotations.NullMarked;
