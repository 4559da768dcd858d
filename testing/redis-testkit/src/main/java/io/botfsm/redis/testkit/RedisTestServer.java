package io.botfsm.redis.testkit;

import java.util.List;
import java.util.Locale;

/**
 * A running Redis that tests may do anything with: write, flush, change settings. {@link RedisServers} finds one. A
 * test that stops, kills or restarts its server starts its own {@link RedisServerProcess}.
 */
public interface RedisTestServer extends AutoCloseable {
    /** Where it listens. */
    String host();

    /** Where it listens. */
    int port();

    /** What a client connects to. */
    default String uri(int database) {
        return String.format(Locale.ROOT, "redis://%s:%d/%d", host(), port(), database);
    }

    /** A connection for looking at the server and setting it up, with all rights. */
    default RespConnection connect() {
        return new RespConnection(host(), port());
    }

    /** What was denied to users since the server started: the reason, the object and the user. */
    default List<String> denied() {
        try (RespConnection admin = connect()) {
            return admin.deniedRights();
        }
    }

    /** Ends the server if it was started for the tests. */
    @Override
    void close();
}
