package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisPort;
import java.time.Duration;

/** A server, or several that are one, to which we are connected. Thread-safe. */
interface Connected {
    /**
     * The port on it, which is closed with it.
     *
     * @param onClose told before
     */
    RedisPort port(Runnable onClose);

    /** Its name for errors and logs, without credentials. */
    String server();

    /** How long a command may take. */
    Duration commandTimeout();

    /** Ends the connections, and client and threads unless they are the user's. Idempotent. */
    void close();
}
