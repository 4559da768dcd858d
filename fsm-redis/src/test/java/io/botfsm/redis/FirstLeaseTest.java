package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the first holder of a lock has to wait, on real servers that have been up for longer than a lease lasts. */
@Timeout(120)
class FirstLeaseTest {
    private static final Duration TTL = Duration.ofSeconds(1);

    /** What happens to a server before the lock is taken. */
    private enum Loss {
        FLUSHALL,
        FLUSHDB_OF_ANOTHER_DATABASE,
        SWAPDB,
        COUNTERS_RESET_AFTER_A_FLUSH,
        EVICTION,
        PROMOTION;

        private String[] settings(RedisServerProcess master) {
            return switch (this) {
                case EVICTION -> new String[] {"maxmemory 5mb", "maxmemory-policy allkeys-random"};
                case PROMOTION -> new String[] {"replicaof 127.0.0.1 " + master.port()};
                default -> new String[0];
            };
        }

        private void happen(RespConnection admin) {
            switch (this) {
                case FLUSHALL -> admin.call("FLUSHALL");
                case FLUSHDB_OF_ANOTHER_DATABASE ->
                    admin.call("EVAL", "redis.call('SELECT', 3) return redis.call('FLUSHDB')", "0");
                case SWAPDB -> admin.call("SWAPDB", "0", "1");
                case COUNTERS_RESET_AFTER_A_FLUSH -> {
                    admin.call("FLUSHALL");
                    admin.call("CONFIG", "RESETSTAT");
                }
                case EVICTION ->
                    admin.call(
                            "EVAL", "for i = 1, 2000 do redis.call('SET', 'k' .. i, string.rep('x', 5000)) end", "0");
                case PROMOTION -> admin.call("REPLICAOF", "NO", "ONE");
            }
        }
    }

    private static final Map<Loss, RedisServerProcess> SERVERS = new EnumMap<>(Loss.class);
    private static RedisServerProcess ordinary;

    @BeforeAll
    static void start() {
        ordinary = RedisServerProcess.start();
        for (Loss loss : Loss.values()) {
            SERVERS.put(loss, RedisServerProcess.start(loss.settings(ordinary)));
        }
        SERVERS.values().forEach(FirstLeaseTest::awaitUptime);
        awaitUptime(ordinary);
    }

    /** A second longer than needed, since the uptime of a server may be one second too high. */
    private static void awaitUptime(RedisServerProcess server) {
        try (RespConnection admin = server.connect()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> admin.text("INFO", "server")
                            .lines()
                            .filter(line -> line.startsWith("uptime_in_seconds:"))
                            .anyMatch(line -> Long.parseLong(line.split(":", -1)[1]) >= 3));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(RedisServerProcess::close);
        ordinary.close();
    }

    private static Duration memory(RespConnection connection) {
        String name = UUID.randomUUID().toString();
        LeaseRequest request = new LeaseRequest(name, new Claim(name, "host"), TTL, 0, LeaseStore.Fences.KEPT);
        LeaseStore store =
                new RedisLeaseStore(new SocketPort(connection), Duration.ofSeconds(10), RedisLeaseOptions.defaults());
        return ((Granted) store.acquire(request).toCompletableFuture().join()).memory();
    }

    @Test
    void doesNotWaitWhereTheServerShowsThatNothingWasForgotten() {
        try (RespConnection connection = ordinary.connect()) {
            assertThat(memory(connection)).isGreaterThan(TTL);
        }
    }

    @Test
    void doesNotWaitWithTheDocumentedRights() {
        try (RespConnection connection = ordinary.connect()) {
            RedisUser user = RedisUser.OF_LEASES;
            user.createOver(connection);
            connection.call("AUTH", user.name(), user.password());
            assertThat(memory(connection)).isGreaterThan(TTL);
        }
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void waitsAfter(Loss loss) {
        try (RespConnection connection = SERVERS.get(loss).connect()) {
            loss.happen(connection);
            assertThat(memory(connection)).isLessThan(TTL);
        }
    }
}
