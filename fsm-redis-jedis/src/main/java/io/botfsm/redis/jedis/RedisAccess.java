package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPort;
import java.time.Duration;
import java.util.function.Consumer;

/** How to reach a server, or several that are one. Immutable. */
interface RedisAccess {
    /** Its name for errors and logs, without credentials. */
    String server();

    /** How long a command may take. */
    Duration timeout();

    /**
     * A port with threads and, unless the client is the user's, connections of its own.
     *
     * @param onClose told the port when it is closed
     */
    RedisPort port(Consumer<RedisPort> onClose);
}
