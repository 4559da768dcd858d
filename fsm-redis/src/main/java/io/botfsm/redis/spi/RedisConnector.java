package io.botfsm.redis.spi;

import java.time.Duration;
import java.util.Optional;

/**
 * Opens drivers for the client of an adapter. Each driver has its own threads and connections, unless the client
 * belongs to the user.
 */
@FunctionalInterface
public interface RedisConnector {
    /** How long connecting to a server may take. */
    Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /**
     * Creates a driver, without connecting.
     *
     * @param timeout how long a command may take
     */
    RedisDriver open(Duration timeout);

    /**
     * Returns whether connections are opened according to the {@link RedisUri}, so that a diagnosis of what listens
     * there can explain failures. False if the user's client has its own settings, such as TLS.
     */
    default boolean followsUri() {
        return true;
    }

    /** Returns the command timeout of the user's client; empty if this library sets it. */
    default Optional<Duration> timeout() {
        return Optional.empty();
    }
}
