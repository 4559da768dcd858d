package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.Durability;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.ConstantLoad.Sums;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
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

/** A cluster whose slots move and whose masters die, through one of the clients. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class ClusterSuite {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration BACK = Duration.ofSeconds(2);
    private static final RedisStorageOptions DURABLE = RedisStorageOptions.builder()
            .durability(Durability.replicas(1, Duration.ofMillis(200)))
            .build();

    private final ClientInTest client;
    private RedisClusterServers cluster;

    protected ClusterSuite(ClientInTest client) {
        this.client = client;
    }

    @BeforeAll
    void start() {
        cluster = RedisClusterServers.start(3, 1);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private BotRedis connect() {
        return client.connect(cluster.uri(), TIMEOUT);
    }

    private int slot(StorageKey key) {
        return cluster.slot(String.format(Locale.ROOT, "fsm:{%s:%s:%s}", key.bot(), key.chat(), key.user()));
    }

    @Test
    @Order(1)
    void conversationsAreSpreadOverTheMasters() {
        try (BotRedis redis = connect()) {
            List<StorageKey> keys = Stream.generate(Calls::freshKey).limit(60).toList();
            keys.forEach(
                    key -> applied(redis.stateStorage(), key, Mutation.builder().state("A")));
            assertThat(keys)
                    .allSatisfy(key ->
                            assertThat(read(redis.stateStorage(), key).state()).contains("A"));
            assertThat(keys.stream()
                            .map(key -> cluster.masterOf(slot(key)).port())
                            .distinct())
                    .hasSize(3);
        }
    }

    @Test
    @Order(2)
    void oneNodeIsEnoughToFindTheOthers() {
        String one = cluster.servers().get(4).uri(0); // a replica
        try (BotRedis redis = client.connectToCluster(one)) {
            for (int i = 0; i < 10; i++) {
                applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
            }
        }
    }

    /** Any node, replicas included, or a proxy in front of one. */
    @Test
    @Order(2)
    void aNodeThatIsNamedAsASingleServerIsRecognized() {
        try (FaultyProxy between = new FaultyProxy(cluster.servers().get(1))) {
            List<String> uris = Stream.concat(
                            cluster.servers().stream().map(server -> server.uri(0)), Stream.of(between.uri(0)))
                    .toList();
            for (String uri : uris) {
                try (BotRedis redis = client.connect(uri)) {
                    for (int i = 0; i < 40; i++) {
                        applied(
                                redis.stateStorage(),
                                freshKey(),
                                Mutation.builder().state("A"));
                    }
                }
            }
        }
        RedisServerProcess one = cluster.servers().get(0);
        Map<String, String> variables =
                Map.of("REDIS_FSM_HOST", one.host(), "REDIS_FSM_PORT", Integer.toString(one.port()));
        try (BotRedis redis = client.fromEnvironment(variables);
                LeaseStore leases = client.leaseStore(one.uri(0), TIMEOUT)) {
            for (int i = 0; i < 10; i++) {
                applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
                String name = "bot-" + freshKey().bot();
                assertThat(Calls.get(leases.acquire(Leases.request(name, Leases.claim()))))
                        .isInstanceOf(Granted.class);
            }
        }
    }

    @Test
    @Order(3)
    void aNodeHasOnlyDatabase0() {
        assertThatThrownBy(() -> client.connect(cluster.servers().get(0).uri(1)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("a cluster has only database 0");
    }

    @Test
    @Order(3)
    void aLoneServerIsNoCluster() {
        assertThatThrownBy(() -> client.connectToCluster(RedisServers.shared().uri(0)))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("CLUSTER SLOTS")
                .hasMessageContaining("it is not a node of a cluster");
    }

    /** The user has the documented rights, and no others. */
    @Test
    @Order(4)
    void aUserNeedsTwoRightsMoreThanOnOneServer() {
        String rights = "~fsm:* resetchannels +info +script|load +evalsha +eval +hgetall +hmget +hset +hdel +hkeys +del"
                + " +pexpire +persist +time";
        String uri = cluster.uri().replace("redis://", "redis://bot:secret@");
        allow(rights);
        assertThatThrownBy(() -> client.connect(uri))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("no permission for CLUSTER SLOTS");
        String one = cluster.servers().get(0).uri(0).replace("redis://", "redis://bot:secret@");
        assertThatThrownBy(() -> client.connect(one))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("no permission for CLUSTER SLOTS");
        allow(rights + " +cluster|slots +asking");
        for (String allowed : List.of(uri, one)) {
            try (BotRedis redis = client.connect(allowed)) {
                applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
            }
        }
    }

    private void allow(String rights) {
        for (RedisServerProcess server : cluster.servers()) {
            try (RespConnection admin = server.connect()) {
                admin.call(("ACL SETUSER bot reset on >secret " + rights).split(" "));
            }
        }
    }

    @Test
    @Order(5)
    void slotsMoveUnderLoad() throws Exception {
        try (BotRedis redis = connect()) {
            List<StorageKey> keys = Stream.generate(Calls::freshKey).limit(6).toList();
            try (ConstantLoad load = new ConstantLoad(redis.stateStorage(), keys)) {
                for (StorageKey key : keys) {
                    int slot = slot(key);
                    RedisServerProcess from = cluster.masterOf(slot);
                    cluster.move(IntStream.of(slot), from, cluster.anotherMaster(from));
                }
                load.awaitSuccessAfter(System.nanoTime());
                Sums sums = load.end();
                System.out.println("[measured] slots moved: " + sums);
                assertThat(sums.lost()).isZero();
                assertThat(sums.notExecuted()).isZero();
                assertThat(sums.unknown()).isZero();
            }
        }
    }

    /** The keys are already on the new node, which serves them only to a client that the old node has redirected. */
    @Test
    @Order(6)
    void aSlotOnItsWayIsServed() throws Exception {
        try (BotRedis redis = client.connect(cluster.uri())) {
            StateStorage storage = redis.stateStorage();
            StorageKey key = freshKey();
            applied(storage, key, Mutation.builder().state("A"));
            RedisServerProcess from = cluster.masterOf(slot(key));
            cluster.move(slot(key), from, cluster.anotherMaster(from), () -> {
                assertThat(read(storage, key).state()).contains("A");
                assertThat(applied(storage, key, Mutation.builder().state("B")).previousState())
                        .contains("A");
            });
            assertThat(applied(storage, key, Mutation.builder().state("C")).previousState())
                    .contains("B");
        }
    }

    /** While the slot moves, neither node answers for two keys that do not exist. */
    @Test
    @Order(7)
    void aNewLeaseInASlotOnItsWayIsGrantedWhenThatHasArrived() {
        String name = "bot-" + freshKey().bot();
        int slot = cluster.slot("lock:{" + name + "}");
        RedisServerProcess from = cluster.masterOf(slot);
        List<CompletionStage<Acquisition>> acquiring = new ArrayList<>();
        try (BotRedis redis = client.connect(cluster.uri(), Duration.ofSeconds(10));
                LeaseStore leases = redis.leaseStore()) {
            cluster.move(slot, from, cluster.anotherMaster(from), () -> {
                acquiring.add(leases.acquire(Leases.request(name, Leases.claim())));
                assertThat(acquiring.get(0).toCompletableFuture()).isNotDone();
            });
            assertThat(Calls.get(acquiring.get(0))).isInstanceOf(Granted.class);
        }
    }

    /** While the slot moves, neither node answers for a conversation that exists and an index that does not. */
    @Test
    @Order(7)
    void aFirstDeadlineInASlotOnItsWayIsSetWhenThatHasArrived() {
        StorageKey key = freshKey();
        RedisServerProcess from = cluster.masterOf(slot(key));
        Mutation isDue = Mutation.builder()
                .deadline(Instant.parse("2020-01-01T00:00:00Z"))
                .build();
        List<CompletionStage<Outcome>> writing = new ArrayList<>();
        try (BotRedis redis = client.connect(cluster.uri(), Duration.ofSeconds(10))) {
            StateStorage storage = redis.stateStorage();
            DeadlineQueue queue = storage.extension(DeadlineQueue.class).orElseThrow();
            applied(storage, key, Mutation.builder().state("A"));
            cluster.move(slot(key), from, cluster.anotherMaster(from), () -> {
                writing.add(storage.write(key, isDue));
                assertThat(writing.get(0).toCompletableFuture()).isNotDone();
            });
            assertThat(Calls.get(writing.get(0))).isInstanceOf(Applied.class);
            assertThat(queue.due(key.bot(), 10))
                    .extracting(DueConversation::key)
                    .containsExactly(key);
            RedisServerProcess now = cluster.masterOf(slot(key));
            cluster.move(slot(key), now, cluster.anotherMaster(now), () -> {
                DueConversation due = queue.due(key.bot(), 10).get(0);
                assertThat(queue.defer(due, Instant.now().plusSeconds(3_600))).isTrue();
                assertThat(queue.due(key.bot(), 10)).isEmpty();
            });
        }
    }

    /** Slots move from a master that is still to be scanned to one that has been. */
    @Test
    @Order(8)
    void aScanMissesNothingWhileSlotsMove() {
        try (BotRedis redis = connect()) {
            PartlyScanned scan = new PartlyScanned(redis.stateStorage());
            RedisServerProcess last = cluster.anotherMaster(scan.scanned, scan.underWay);
            cluster.move(cluster.slotsOf(last).limit(300), last, scan.scanned);
            scan.end();
        }
    }

    /** The slots are elsewhere while their master is scanned, which nobody can tell afterwards by who serves what. */
    @Test
    @Order(8)
    void aScanMissesNothingWhileSlotsMoveThereAndBack() {
        try (BotRedis redis = connect()) {
            PartlyScanned scan = new PartlyScanned(redis.stateStorage());
            int[] slots = cluster.slotsOf(scan.underWay).limit(400).toArray();
            cluster.move(IntStream.of(slots), scan.underWay, scan.scanned);
            scan.pages(8);
            cluster.move(IntStream.of(slots), scan.scanned, scan.underWay);
            scan.end();
        }
    }

    /** The keys of the slot have moved, but the old node still owns the slot. */
    @Test
    @Order(8)
    void aScanMissesNothingOfASlotOnItsWay() {
        try (BotRedis redis = connect()) {
            PartlyScanned scan = new PartlyScanned(redis.stateStorage());
            RedisServerProcess last = cluster.anotherMaster(scan.scanned, scan.underWay);
            int slot = scan.keys.stream()
                    .mapToInt(this::slot)
                    .filter(of -> cluster.masterOf(of) == last)
                    .findFirst()
                    .orElseThrow();
            cluster.move(slot, last, scan.scanned, scan::end);
        }
    }

    /** A slot moves from the master that is scanned last to the first, while the second is being scanned. */
    @Test
    @Order(8)
    void anErasureMissesNoInboxWhileSlotsMove() throws Exception {
        try (BotRedis redis = connect()) {
            CatalogSuite.write(redis.stateStorage(), freshKey().bot(), 15_000); // so that a scan takes long
            UpdateInbox inbox =
                    redis.stateStorage().extension(UpdateInbox.class).orElseThrow();
            StorageKey user = freshKey();
            List<String> bots =
                    IntStream.range(0, 24).mapToObj(i -> user.bot() + "-" + i).toList();
            for (String bot : bots) {
                StorageKey key =
                        StorageKey.bot(bot).chat(user.chat()).user(user.user()).build();
                InboxUpdate update = InboxUpdate.of("1", Optional.of(key), new byte[] {1});
                inbox.add(bot, List.of(update), InboxLimits.defaults(), OptionalLong.empty());
            }
            List<RedisServerProcess> masters = bots.stream()
                    .map(bot -> cluster.masterOf(slotOfInbox(bot)))
                    .distinct()
                    .toList();
            assertThat(masters).hasSize(3);
            masters.forEach(ClusterSuite::forgetScans);
            CompletableFuture<Long> erasing = CompletableFuture.supplyAsync(
                    () -> inbox.erase(ConversationFilter.all().chat(user.chat()).user(user.user())));
            RedisServerProcess first = awaitScanned(masters, List.of());
            RedisServerProcess second = awaitScanned(masters, List.of(first));
            RedisServerProcess last = cluster.anotherMaster(first, second);
            int slot = bots.stream()
                    .mapToInt(this::slotOfInbox)
                    .filter(each -> cluster.masterOf(each) == last)
                    .findFirst()
                    .orElseThrow();
            cluster.move(IntStream.of(slot), last, first);
            assertThat(erasing.get()).isEqualTo(bots.size());
        }
    }

    private int slotOfInbox(String bot) {
        return cluster.slot("fsm:inbox:{" + bot + "}");
    }

    private static void forgetScans(RedisServerProcess server) {
        try (RespConnection admin = server.connect()) {
            admin.call("CONFIG", "RESETSTAT");
        }
    }

    private static RedisServerProcess awaitScanned(List<RedisServerProcess> masters, List<RedisServerProcess> others) {
        return Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> masters.stream()
                                .filter(master -> !others.contains(master) && wasScanned(master))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static boolean wasScanned(RedisServerProcess server) {
        try (RespConnection admin = server.connect()) {
            return admin.text("INFO", "commandstats").contains("cmdstat_scan:");
        }
    }

    @Test
    @Order(8)
    void findingNeedsRightsOfItsOwn() {
        String rights = "~fsm:* resetchannels +info +script|load +evalsha +eval +hgetall +hmget +hset +hdel +hkeys +del"
                + " +pexpire +persist +time +cluster|slots +asking";
        String uri = cluster.uri().replace("redis://", "redis://bot:secret@");
        allow(rights);
        try (BotRedis redis = client.connect(uri)) {
            ConversationCatalog catalog = CatalogSuite.catalog(redis.stateStorage());
            assertThatThrownBy(() -> CatalogSuite.found(catalog, "bot", Optional.empty()))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessage("the user has no permission for CLUSTER NODES");
        }
        allow(rights + " +scan +cluster|nodes +cluster|getkeysinslot");
        try (BotRedis redis = client.connect(uri)) {
            new PartlyScanned(redis.stateStorage()).end();
        }
    }

    /** A scan that has looked at the keys of one master and begun with those of another. */
    private final class PartlyScanned {
        private final String bot = freshKey().bot();
        private final ConversationCatalog catalog;
        private final Set<StorageKey> keys;
        private final Set<StorageKey> found = new HashSet<>();
        private final RedisServerProcess scanned;
        private final RedisServerProcess underWay;
        private Optional<String> cursor = Optional.empty();

        PartlyScanned(StateStorage storage) {
            catalog = CatalogSuite.catalog(storage);
            keys = CatalogSuite.write(storage, bot, 6_000);
            scanned = nextServer();
            RedisServerProcess next = scanned;
            while (next == scanned) {
                next = nextServer();
            }
            underWay = next;
        }

        private RedisServerProcess nextServer() {
            List<FoundConversation> page = List.of();
            while (page.isEmpty()) {
                page = page();
            }
            return cluster.masterOf(slot(page.get(0).key()));
        }

        private List<FoundConversation> page() {
            CatalogPage page = catalog.page(ConversationFilter.bot(bot), cursor);
            cursor = page.next();
            page.found().forEach(conversation -> found.add(conversation.key()));
            return page.found();
        }

        void pages(int count) {
            for (int i = 0; i < count; i++) {
                page();
            }
        }

        void end() {
            while (cursor.isPresent()) {
                page();
            }
            assertThat(found).isEqualTo(keys);
        }
    }

    /**
     * A write that a replica confirmed is not lost. While the master is down, none can be confirmed, and writes report
     * that.
     */
    @Test
    @Order(9)
    void aKilledMasterIsReplacedUnderLoadWhileSlotsMove() throws Exception {
        for (int i = 0; i < Proof.runs(10, 1); i++) {
            killUnderLoad();
        }
    }

    private void killUnderLoad() throws Exception {
        cluster.awaitOk();
        List<StorageKey> keys = Stream.generate(Calls::freshKey).limit(6).toList();
        try (BotRedis redis = connect();
                ConstantLoad load = new ConstantLoad(redis.stateStorage(DURABLE), keys)) {
            int slot = slot(keys.get(0));
            RedisServerProcess master = cluster.masterOf(slot);
            load.awaitAcknowledged(500);
            long killed = System.nanoTime();
            master.kill();
            RedisServerProcess promoted = cluster.awaitOtherMaster(slot, master);
            awaitWritable(promoted);
            long writable = System.nanoTime();
            load.awaitSuccessAfter(writable);
            Duration back = Duration.ofNanos(System.nanoTime() - writable);
            master.startAgain();
            cluster.awaitOk();
            cluster.move(cluster.slotsOf(promoted).limit(500), promoted, cluster.anotherMaster(promoted));
            load.awaitSuccessAfter(System.nanoTime());
            Sums sums = load.end();
            System.out.printf(
                    Locale.ROOT,
                    "[measured] cluster: fail-over %d ms, writes %d ms later; with 500 slots moved: %s%n",
                    (writable - killed) / 1_000_000,
                    back.toMillis(),
                    sums);
            assertThat(back).isLessThan(BACK);
            assertThat(sums.lost()).as("confirmed by a replica, and lost").isZero();
            assertThat(sums.notExecuted() + sums.unknown()).isPositive();
        }
    }

    private static void awaitWritable(RedisServerProcess node) {
        try (RespConnection redis = node.connect()) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> redis.text("CLUSTER", "INFO").contains("cluster_state:ok"));
        }
    }
}
