package io.botfsm.redis.client.testing;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import java.time.Duration;
import java.util.Map;

/** How tests open what a client's entry class gives; every adapter has one. Stateless. */
public interface ClientInTest {
    /** The entry class, such as {@code LettuceRedis}. */
    Class<?> entry();

    /** How many connections it keeps to a server at most. */
    int connections();

    /** Begins to choose how to connect. */
    BotRedis.Builder builder(String uri);

    /** Connects with everything else as it is by default. */
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
