package io.botfsm.redis.spi;

import java.time.Duration;
import java.util.Optional;

/**
 * How an adapter puts its client to use. Each use has threads and connections of its own, unless the client is the
 * user's.
 */
@FunctionalInterface
public interface RedisConnector {
    /** How long connecting to a server may take. */
    Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /**
     * A driver; nothing is connected yet.
     *
     * @param timeout how long a command may take
     */
    RedisDriver open(Duration timeout);

    /** How long the user's client lets a command take; empty where that is ours to choose. */
    default Optional<Duration> timeout() {
        return Optional.empty();
    }
}
