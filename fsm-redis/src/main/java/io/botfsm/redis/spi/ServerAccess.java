package io.botfsm.redis.spi;

import java.time.Duration;

/**
 * An open connection to Redis, for modules that keep data other than conversations and leases of this library.
 *
 * @param port the client; stays open
 * @param server the server's name for errors, without credentials
 * @param timeout the command timeout of the client
 */
public record ServerAccess(RedisPort port, String server, Duration timeout) {}
