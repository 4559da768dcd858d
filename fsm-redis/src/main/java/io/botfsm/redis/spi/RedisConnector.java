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

    /**
     * Whether connections are opened as the {@link RedisUri} says, so that what else listens there may explain why they
     * fail. Not where a client of the user's has settings of its own, such as TLS.
     */
    default boolean followsUri() {
        return true;
    }

    /** How long the user's client lets a command take; empty where that is ours to choose. */
    default Optional<Duration> timeout() {
        return Optional.empty();
    }
}
