package io.botfsm.redis.client.testing;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import java.time.Duration;
import java.util.Map;

/** Opens connections for tests through a client's entry class; every adapter has an implementation. Stateless. */
public interface ClientInTest {
    /** The entry class, such as {@code LettuceRedis}. */
    Class<?> entry();

    /** How many connections it keeps to a server at most. */
    int connections();

    /** Returns a builder for a connection. */
    BotRedis.Builder builder(String uri);

    /** Connects with the default settings. */
    default BotRedis connect(String uri) {
        return builder(uri).connect();
    }

    /** Connects with another command timeout. */
    default BotRedis connect(String uri, Duration commandTimeout) {
        return builder(uri).commandTimeout(commandTimeout).connect();
    }

    /** Connects to the cluster to which the server belongs. */
    default BotRedis connectToCluster(String uri) {
        return builder(uri).cluster().connect();
    }

    /** Connects to the server that environment variables name. */
    BotRedis fromEnvironment(Map<String, String> variables);

    /** Connects for leases alone. */
    default LeaseStore leaseStore(String uri, Duration commandTimeout) {
        return builder(uri).commandTimeout(commandTimeout).leaseStore();
    }
}
