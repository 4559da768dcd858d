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

    /** Connects with everything else as it is by default. */
    BotRedis connect(String uri);

    /** Connects with another command timeout. */
    BotRedis connect(String uri, Duration commandTimeout);

    /** Connects to the cluster to which the server belongs. */
    BotRedis connectToCluster(String uri);

    /** Connects to the server that environment variables name. */
    BotRedis fromEnvironment(Map<String, String> variables);

    /** Connects for leases alone. */
    LeaseStore leaseStore(String uri, Duration commandTimeout);
}
