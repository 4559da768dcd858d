package io.botfsm.redis.spi;

import java.time.Duration;

/**
 * An open connection to Redis, for modules that keep something else there than conversations and leases of this
 * library.
 *
 * @param port the client; stays open
 * @param server the server's name for errors, without credentials
 * @param timeout how long the client lets a command take
 */
public record ServerAccess(RedisPort port, String server, Duration timeout) {}
