package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.Durability;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.ConstantLoad.Sums;
import io.botfsm.redis.testkit.RedisSentinels;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** A master that Sentinels replace, through one of the clients. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class SentinelSuite {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration BACK = Duration.ofSeconds(2);
    private static final RedisStorageOptions DURABLE = RedisStorageOptions.builder()
            .durability(Durability.replicas(1, Duration.ofMillis(200)))
            .build();

    private final ClientInTest client;
    private RedisSentinels topology;

    protected SentinelSuite(ClientInTest client) {
        this.client = client;
    }

    @BeforeAll
    void start() {
        topology = RedisSentinels.start();
    }

    @AfterAll
    void stop() {
        topology.close();
    }

    private BotRedis connect() {
        return client.connect(topology.uri(1), TIMEOUT);
    }

    @Test
    @Order(1)
    void keepsConversationsInTheDatabaseOfTheMaster() {
        try (BotRedis redis = connect();
                RespConnection master = topology.master().connect()) {
            applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
            master.call("SELECT", "1");
            assertThat(master.number("DBSIZE")).isEqualTo(1);
            assertThat(redis.toString()).contains("redis-sentinel://").endsWith("/1#mymaster]");
        }
    }

    @Test
    @Order(2)
    void theEnvironmentMayNameSentinels() {
        try (BotRedis redis = client.fromEnvironment(Map.of("REDIS_FSM_URL", topology.uri(1)))) {
            assertThat(read(redis.stateStorage(), freshKey()).version()).isZero();
        }
    }

    /** Also where the client is refused before it can ask what the server is. */
    @Test
    @Order(2)
    void aSentinelThatIsNamedAsAServerIsRecognized() {
        RedisServerProcess sentinel = topology.sentinels().get(0);
        String address = sentinel.host() + ":" + sentinel.port();
        for (String uri : List.of(
                "redis://" + address,
                "redis://" + address + "/1",
                "redis://:secret@" + address,
                "redis://bot:secret@" + address + "/1")) {
            assertThatThrownBy(() -> client.connect(uri))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining(address)
                    .hasMessageContaining("a Sentinel")
                    .hasMessageContaining("write redis-sentinel://")
                    .message()
                    .doesNotContain("secret");
        }
        assertThatThrownBy(() -> client.leaseStore("redis://" + address, TIMEOUT))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("a Sentinel");
    }

    @Test
    @Order(2)
    void aServerThatIsNamedAsASentinelIsRecognized() {
        RedisServerProcess server = topology.master();
        String address = server.host() + ":" + server.port();
        assertThatThrownBy(() -> client.connect("redis-sentinel://" + address + "#mymaster"))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("Sentinel " + address)
                .hasMessageContaining("not a Sentinel");
    }

    @Test
    @Order(2)
    void aMasterThatNoSentinelKnowsIsNamed() {
        String uri = topology.uri(1).replace("#mymaster", "#theirmaster");
        assertThatThrownBy(() -> client.connect(uri))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("Sentinel 127.0.0.1:")
                .hasMessageContaining("does not know the master theirmaster");
    }

    @Test
    @Order(2)
    void sentinelsWithoutTlsAreRecognized() {
        String uri = topology.uri(1).replace("redis-sentinel://", "rediss-sentinel://");
        assertThatThrownBy(() -> client.connect(uri))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("answers without TLS: write redis-sentinel:// instead of rediss-sentinel://");
    }

    /** The first in the list does not answer at all. */
    @Test
    @Order(3)
    void aSilentSentinelHoldsUpNobody() {
        RedisServerProcess silent = topology.sentinels().get(0);
        silent.suspend();
        try (BotRedis redis = connect()) {
            assertThat(read(redis.stateStorage(), freshKey()).version()).isZero();
        } finally {
            silent.resume();
        }
    }

    /**
     * The remaining Sentinel may be the one that is cut off from the others, and from the master that they have chosen.
     */
    @Test
    @Order(3)
    void fewerThanHalfOfTheSentinelsDecideNothing() {
        List<RedisServerProcess> away = topology.sentinels().subList(1, 3);
        topology.awaitSentinels();
        String master = address(topology.master());
        try (BotRedis redis = connect()) {
            away.forEach(RedisServerProcess::kill);
            assertThatThrownBy(this::connect)
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasStackTraceContaining("no majority of the Sentinels says where mymaster is")
                    .hasStackTraceContaining(master + " (1 of 3)");
            // open connections stay, but another command may be using the only one just then
            Calls.untilItReads(redis.stateStorage(), freshKey());
        } finally {
            away.forEach(RedisServerProcess::startAgain);
            topology.awaitSentinels();
        }
        connect().close();
    }

    /** Two of three answer and name different masters, whichever is asked first. */
    @Test
    @Order(3)
    void sentinelsThatDisagreeDecideNothing() {
        List<RedisServerProcess> sentinels = topology.sentinels();
        try (RedisServerProcess stranger = RedisServerProcess.start()) {
            for (RedisServerProcess other : sentinels) {
                topology.awaitSentinels();
                RedisServerProcess master = topology.master();
                RedisServerProcess away = sentinels.get((sentinels.indexOf(other) + 1) % sentinels.size());
                monitor(other, stranger);
                away.kill();
                try {
                    assertThatThrownBy(this::connect)
                            .isInstanceOf(StorageUnavailableException.class)
                            .hasStackTraceContaining(address(stranger) + " (1 of 3)")
                            .hasStackTraceContaining(address(master) + " (1 of 3)");
                } finally {
                    away.startAgain();
                    monitor(other, master);
                }
            }
        }
        topology.awaitSentinels();
        connect().close();
    }

    private static String address(RedisServerProcess server) {
        return server.host() + ":" + server.port();
    }

    /** Nobody ends the connections of a master that is demoted by hand. */
    @Test
    @Order(4)
    void aMasterThatIsDemotedUnderAnOpenConnectionIsLeft() {
        try (BotRedis redis = connect();
                LeaseStore leases = redis.leaseStore()) {
            StateStorage storage = redis.stateStorage();
            StorageKey key = freshKey();
            applied(storage, key, Mutation.builder().state("A"));
            RedisServerProcess old = topology.master();
            RedisServerProcess next = topology.other();
            topology.awaitReplica();
            var subscription = Leases.subscribed(leases, "bot", () -> {});
            assertThat(listeners(old)).isEqualTo(1);

            demote(old, next);

            boolean granted = Calls.succeeds(leases.acquire(Leases.request("bot", Leases.claim())));
            if (client.connections() == 1) { // a further one may lead to the new master
                assertThat(granted).isFalse();
            }
            long begin = System.nanoTime();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> Calls.succeeds(
                            storage.write(key, Mutation.builder().state("B").build())));
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            System.out.println("[measured] writes " + took.toMillis() + " ms after the master was demoted");
            assertThat(took).isLessThan(BACK);
            try (RespConnection master = next.connect()) {
                assertThat(master.text("INFO", "replication")).contains("role:master");
            }
            assertThat(read(storage, key).state()).contains("B");
            Awaitility.await().until(() -> listeners(next) == 1 && listeners(old) == 0);
            subscription.close();
            topology.awaitReplica();
        }
    }

    private static long listeners(RedisServerProcess server) {
        try (RespConnection redis = server.connect()) {
            return redis.call("PUBSUB", "NUMSUB", "lock:{bot}") instanceof List<?> reply ? (Long) reply.get(1) : -1;
        }
    }

    private void demote(RedisServerProcess old, RedisServerProcess next) {
        try (RespConnection first = old.connect();
                RespConnection second = next.connect()) {
            second.call("REPLICAOF", "NO", "ONE");
            first.call("REPLICAOF", next.host(), Integer.toString(next.port()));
        }
        topology.sentinels().forEach(sentinel -> monitor(sentinel, next));
        topology.awaitSentinels();
    }

    private static void monitor(RedisServerProcess sentinel, RedisServerProcess master) {
        try (RespConnection connection = sentinel.connect()) {
            connection.call("SENTINEL", "REMOVE", RedisSentinels.MASTER_NAME);
            connection.call("SENTINEL", "MONITOR", RedisSentinels.MASTER_NAME, master.host(), "" + master.port(), "2");
            connection.call("SENTINEL", "SET", RedisSentinels.MASTER_NAME, "down-after-milliseconds", "1000");
            connection.call("SENTINEL", "SET", RedisSentinels.MASTER_NAME, "failover-timeout", "5000");
        }
    }

    /** The cursor is from another process, in which keys had other places. */
    @Test
    @Order(5)
    void aScanGoesOnAtThePromotedReplica() {
        topology.awaitReplica();
        topology.awaitSentinels();
        try (BotRedis redis = connect()) {
            String bot = freshKey().bot();
            ConversationCatalog catalog = CatalogSuite.catalog(redis.stateStorage());
            Set<StorageKey> keys = CatalogSuite.write(redis.stateStorage(DURABLE), bot, 2_000);
            CatalogPage page = catalog.page(ConversationFilter.bot(bot), Optional.empty());
            for (int i = 0; i < 8; i++) {
                page = catalog.page(ConversationFilter.bot(bot), page.next());
            }
            RedisServerProcess master = topology.master();
            master.kill();
            topology.awaitOtherMaster(master);
            Calls.untilItReads(redis.stateStorage(), keys.iterator().next());
            assertThat(CatalogSuite.found(catalog, bot, page.next())).isEqualTo(keys);
            master.startAgain();
        }
    }

    /**
     * A write that a replica confirmed is not lost. While the old master is down, none can be confirmed, and writes
     * report that.
     */
    @Test
    @Order(6)
    void aKilledMasterIsReplacedUnderLoad() throws Exception {
        for (int i = 0; i < Proof.runs(10, 1); i++) {
            killUnderLoad();
        }
    }

    private void killUnderLoad() throws Exception {
        topology.awaitReplica();
        topology.awaitSentinels();
        List<StorageKey> keys = Stream.generate(Calls::freshKey).limit(4).toList();
        try (BotRedis redis = connect();
                ConstantLoad load = new ConstantLoad(redis.stateStorage(DURABLE), keys)) {
            RedisServerProcess master = topology.master();
            load.awaitAcknowledged(500);
            long killed = System.nanoTime();
            master.kill();
            topology.awaitOtherMaster(master);
            long promoted = System.nanoTime();
            load.awaitSuccessAfter(promoted);
            Duration back = Duration.ofNanos(System.nanoTime() - promoted);
            Sums sums = load.end();
            System.out.printf(
                    Locale.ROOT,
                    "[measured] Sentinel: fail-over %d ms, writes %d ms later; %s%n",
                    (promoted - killed) / 1_000_000,
                    back.toMillis(),
                    sums);
            assertThat(back).isLessThan(BACK);
            assertThat(sums.lost()).as("confirmed by a replica, and lost").isZero();
            assertThat(sums.notExecuted() + sums.unknown()).isPositive();
            master.startAgain();
        }
    }
}
