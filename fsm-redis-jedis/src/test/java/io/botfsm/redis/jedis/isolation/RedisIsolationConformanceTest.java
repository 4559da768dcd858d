package io.botfsm.redis.jedis.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.StorageKey;
import io.botfsm.conformance.SharedEventIsolationConformance;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * The isolation of this library over leases in a real Redis, each with a store of its own, as in processes of their own, by a
 * user with the least rights that are documented.
 */
class RedisIsolationConformanceTest extends SharedEventIsolationConformance {
    private static final RedisUser USER = RedisUser.OF_LEASES;

    private RedisTestServer server;
    private FaultyProxy proxy;
    private final List<LeaseStore> stores = new ArrayList<>();

    @BeforeAll
    void start() {
        server = RedisServers.start(USER.setting());
        proxy = new FaultyProxy(server);
    }

    @AfterEach
    void closeStores() {
        stores.forEach(LeaseStore::close);
        stores.clear();
    }

    @AfterAll
    void stop() {
        assertThat(server.denied()).isEmpty();
        proxy.close();
        server.close();
    }

    @Override
    protected EventIsolation open(Settings settings) {
        LeaseStore store = Leases.opened(() -> JedisRedis.builder(USER.in(proxy.uri(0)))
                .commandTimeout(Duration.ofSeconds(2))
                .leaseStore());
        stores.add(store);
        return EventIsolation.builder()
                .threads(settings.threads())
                .perConversation(settings.perConversation())
                .inTotal(settings.inTotal())
                .patience(settings.patience())
                .across(store)
                .ttl(settings.ttl())
                .leasePatience(settings.leasePatience())
                .build();
    }

    /** As if it had expired. */
    @Override
    protected void takeAway(StorageKey key) {
        try (RespConnection admin = server.connect()) {
            admin.call("FLUSHALL");
        }
    }

    @Override
    protected void cutOff() {
        proxy.cut();
    }

    @Override
    protected void restore() {
        proxy.heal();
    }
}
