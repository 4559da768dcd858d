package io.botfsm.redis.jedis;

import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static io.botfsm.redis.client.testing.Calls.unavailable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisProtocol;

/** What is specific to Jedis: pools, threads, interrupts, and how connecting fails. */
@Timeout(60)
class JedisPortTest {
    private static final Duration TIMEOUT = Duration.ofMillis(1_500);
    private static final byte[] KEY = {'k'};

    private RedisServerProcess server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() {
        server = RedisServerProcess.start();
        proxy = new FaultyProxy(server);
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    private RedisPort port(int poolSize) {
        return port(poolSize, TIMEOUT);
    }

    private RedisPort port(int poolSize, Duration timeout) {
        return JedisRedis.builder(RedisUri.parse(proxy.uri(0)), poolSize)
                .commandTimeout(timeout)
                .connect()
                .access()
                .port();
    }

    private static CommandOutcome kind(CompletionStage<?> stage) {
        CompletableFuture<RedisPortException> failure = new CompletableFuture<>();
        var unused = stage.whenComplete((done, why) -> failure.complete((RedisPortException) why));
        return failure.orTimeout(20, TimeUnit.SECONDS).join().kind();
    }

    @Test
    void callsThatFindNoFreeConnectionInTimeWereNotSent() {
        try (RedisPort port = port(2)) {
            Calls.get(port.hgetall(KEY));
            long before = calls("hgetall");
            proxy.dropReplies();
            List<CompletionStage<?>> calls = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                calls.add(port.hgetall(KEY));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT); // it returns at once
            List<CommandOutcome> kinds = calls.stream().map(JedisPortTest::kind).toList();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT.plusSeconds(2));
            assertThat(kinds).containsOnly(CommandOutcome.NOT_SENT, CommandOutcome.OUTCOME_UNKNOWN);
            assertThat(calls("hgetall") - before)
                    .isEqualTo(kinds.stream()
                            .filter(kind -> kind == CommandOutcome.OUTCOME_UNKNOWN)
                            .count());
            proxy.heal();
            Awaitility.await().until(() -> calls("hgetall") > before && Calls.succeeds(port.hgetall(KEY)));
        }
    }

    private long calls(String command) {
        try (RespConnection admin = server.connect()) {
            return admin.calls(command);
        }
    }

    @Test
    void aConnectionThatIdledThroughARestartIsNotUsed() {
        try (RedisPort port = port(4)) {
            Calls.get(port.hgetall(KEY));
            long process = port.connection();
            server.restart();
            // As long as it takes until a connection counts as idle, so that no call is lost.
            Awaitility.await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
            Calls.get(port.hgetall(KEY));
            assertThat(port.connection()).isGreaterThan(process);
        }
    }

    @Test
    void lookingAtAnIdleConnectionNeedsNoRightOfItsOwn() {
        RedisUser user = RedisUser.OF_CONVERSATIONS;
        try (RespConnection admin = server.connect()) {
            user.createOver(admin);
        }
        try (BotRedis redis = JedisRedis.connect(user.in(proxy.uri(0)))) {
            read(redis.stateStorage(), freshKey());
            Awaitility.await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
            read(redis.stateStorage(), freshKey());
        }
        assertThat(server.denied()).isEmpty();
    }

    @Test
    void severalConnectionsToOneProcessHaveOneNumber() {
        try (RedisPort port = port(4)) {
            Calls.get(port.hgetall(KEY));
            long process = port.connection();
            proxy.hold();
            List<CompletionStage<?>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(port.hgetall(KEY));
            }
            Awaitility.await().until(() -> proxy.accepted() >= 4);
            proxy.heal();
            calls.forEach(Calls::get);
            assertThat(port.connection()).isEqualTo(process);
        }
    }

    /** Old connections may lead to the old process forever, such as through a load balancer. */
    @Test
    void theConnectionsToAProcessThatWasReplacedAreNotUsedAgain() {
        try (RedisServerProcess other = RedisServerProcess.start();
                RedisPort port = port(4)) {
            Calls.get(port.hgetall(KEY));
            long process = port.connection();
            proxy.redirect(other);
            proxy.hold();
            List<CompletionStage<?>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(port.hgetall(KEY));
            }
            Awaitility.await().until(() -> proxy.accepted() >= 4);
            proxy.heal();
            calls.forEach(Calls::get);
            assertThat(port.connection()).isGreaterThan(process);
            long before = calls("hgetall");
            for (int i = 0; i < 20; i++) {
                Calls.get(port.hgetall(KEY));
            }
            assertThat(calls("hgetall")).isEqualTo(before);
        }
    }

    @Test
    void whoWaitsRunsTheCall() {
        try (BotRedis redis = JedisRedis.connect(proxy.uri(0))) {
            StateStorage storage = redis.stateStorage();
            for (int i = 0; i < 50; i++) {
                read(storage, freshKey());
            }
            // Not every call: on a busy machine, the clock may hand it over before the waiting thread runs it.
            Awaitility.await().pollDelay(Duration.ZERO).pollInSameThread().until(() -> ranHere(storage));
            // No thread waits for this one with get().
            CompletableFuture<Snapshot> alone = new CompletableFuture<>();
            var unused = storage.read(freshKey()).thenAccept(alone::complete);
            assertThat(alone.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(Snapshot.none());
        }
    }

    private static boolean ranHere(StateStorage storage) {
        AtomicReference<Thread> by = new AtomicReference<>();
        Calls.get(storage.read(freshKey()).whenComplete((snapshot, failure) -> by.set(Thread.currentThread())));
        return by.get() == Thread.currentThread();
    }

    @Test
    void aCallIsNamedByItsCommand() {
        try (RedisPort port = port(1)) {
            assertThat(port.hgetall(KEY).toString()).isEqualTo("JedisCall[HGETALL]");
        }
    }

    /** The timeout of a socket applies to each read. */
    @Test
    void aConnectionThatIsOpenedSlowlyIsGivenUp() {
        proxy.trickle(1, Duration.ofMillis(200)); // the greeting takes minutes
        long begin = System.nanoTime();
        assertThatThrownBy(() -> port(1)).isInstanceOf(StorageUnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
        Awaitility.await().untilAsserted(() -> assertThat(proxy.open()).isZero());
    }

    /** A server that no longer reads from its socket: no timeout of a socket covers that. */
    @Test
    void aCommandThatCannotBeSentIsGivenUp() {
        byte[] large = new byte[32 << 20]; // more than the system buffers for a socket
        try (RedisPort port = port(1)) {
            for (int i = 0; i < 100; i++) {
                Calls.get(port.hgetall(KEY));
            }
            proxy.holdOpenOnes();
            long begin = System.nanoTime();
            CompletableFuture<List<Object>> sent = port.eval("return 1".getBytes(UTF_8), List.of(KEY), List.of(large))
                    .toCompletableFuture();
            assertThatThrownBy(sent::join)
                    .cause()
                    .isInstanceOfSatisfying(
                            RedisPortException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(CommandOutcome.OUTCOME_UNKNOWN));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT.plusSeconds(3));
            // Over another connection, since no thread is blocked by the first one any more.
            Awaitility.await().until(() -> Calls.succeeds(port.hgetall(KEY)));
            proxy.heal();
        }
    }

    /** In RESP3, messages are pushes and maps are maps. */
    @Test
    void aPoolOfTheUsersMayTalkResp3() {
        ConnectionPoolConfig bounded = new ConnectionPoolConfig();
        bounded.setMaxWait(Duration.ofSeconds(2));
        try (ConnectionPool pool = new ConnectionPool(
                        new HostAndPort(server.host(), server.port()),
                        DefaultJedisClientConfig.builder()
                                .socketTimeoutMillis(2_000)
                                .protocol(RedisProtocol.RESP3)
                                .build(),
                        bounded);
                BotRedis redis = JedisRedis.connect(pool);
                LeaseStore leases = redis.leaseStore()) {
            StorageKey key = freshKey();
            Calls.applied(
                    redis.stateStorage(), key, Mutation.builder().state("A").put("name", "1"));
            assertThat(read(redis.stateStorage(), key).data()).containsEntry("name", "1");
            AtomicInteger hints = new AtomicInteger();
            var subscription = Leases.subscribed(leases, "bot", hints::incrementAndGet);
            Claim claim = Leases.claim();
            Leases.granted(leases, "bot", claim);
            assertThat(Leases.released(leases, "bot", claim)).isTrue();
            Awaitility.await().until(() -> hints.get() > 0);
            subscription.close();
        }
    }

    /** Even while calls are left to the threads that wait for them. */
    @Test
    void aClosedPortFailsItsCallsAtOnce() {
        RedisPort port = port(2);
        for (int i = 0; i < 50; i++) {
            Calls.get(port.hgetall(KEY));
        }
        port.close();
        long begin = System.nanoTime();
        assertThat(kind(port.hgetall(KEY))).isEqualTo(CommandOutcome.CLOSED);
        assertThat(kind(port.hgetall(KEY))).isEqualTo(CommandOutcome.CLOSED);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT);
    }

    @Test
    void anInterruptIsKept() {
        try (BotRedis redis = JedisRedis.connect(proxy.uri(0))) {
            Fsm fsm = Fsm.of(redis.stateStorage());
            StorageKey key = freshKey();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> fsm.context(key).read()).isInstanceOf(FsmException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(fsm.context(key).read().state()).isEmpty();
        }
    }

    @Test
    void anInterruptWhileWaitingForAConnectionEndsTheWait() throws InterruptedException {
        Duration long10 = Duration.ofSeconds(10);
        try (BotRedis redis = JedisRedis.builder(RedisUri.parse(proxy.uri(0)), 1)
                .commandTimeout(long10)
                .connect()) {
            Fsm fsm = Fsm.builder(redis.stateStorage())
                    .timeout(long10.multipliedBy(2))
                    .build();
            proxy.hold();
            var unused = redis.stateStorage().read(freshKey());
            AtomicReference<Boolean> interrupted = new AtomicReference<>();
            Thread waiting = new Thread(() -> {
                try {
                    fsm.context(freshKey()).read();
                } catch (FsmException e) {
                    interrupted.set(Thread.currentThread().isInterrupted());
                }
            });
            waiting.start();
            Awaitility.await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
            waiting.interrupt();
            waiting.join(5_000);
            assertThat(interrupted).hasValue(true);
            proxy.heal();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "redis://bot:secret@127.0.0.1:%d/0, WRONGPASS",
        "redis://127.0.0.1:%d/99, no such database",
    })
    void aServerThatRefusesIsNamedWithItsReason(String uri, String why) {
        assertThatThrownBy(() -> JedisRedis.connect(String.format(Locale.ROOT, uri, server.port())))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("redis://127.0.0.1:" + server.port())
                .hasMessageContaining(why)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        int port = RedisServerProcess.freePort();
        assertThatThrownBy(
                        () -> JedisRedis.connect(String.format(Locale.ROOT, "redis://bot:secret@127.0.0.1:%d/1", port)))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining(String.format(Locale.ROOT, "redis://127.0.0.1:%d/1", port))
                .hasStackTraceContaining("refused")
                .message()
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "redis-socket:///run/redis.sock, Unix socket",
        "'redis://bot:secret@h1,h2/1', only database 0",
    })
    void whatItCannotDoIsRefused(String uri, String why) {
        assertThatThrownBy(() -> JedisRedis.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        RedisUri uri = RedisUri.parse("redis://host");
        BotRedis.Builder builder = JedisRedis.builder(uri);
        assertThatThrownBy(() -> JedisRedis.builder(uri, 0)).hasMessageContaining("0");
        assertThatThrownBy(() -> builder.commandTimeout(Duration.ZERO)).hasMessageContaining("PT0S");
    }

    private ConnectionPool usersPool(int timeoutMillis, Duration maxWait) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxWait(maxWait);
        return new ConnectionPool(
                new HostAndPort(server.host(), proxy.port()),
                DefaultJedisClientConfig.builder()
                        .socketTimeoutMillis(timeoutMillis)
                        .build(),
                pool);
    }

    @Test
    void aPoolOfTheUsersIsUsedAndLeftOpen() {
        try (ConnectionPool pool = usersPool(700, Duration.ofSeconds(1))) {
            StorageKey key = freshKey();
            try (BotRedis redis = JedisRedis.connect(pool)) {
                Calls.applied(
                        redis.stateStorage(), key, Mutation.builder().state("A").put("name", "1"));
                assertThat(read(redis.stateStorage(), key).data()).containsEntry("name", "1");
                assertThat(redis).hasToString("BotRedis[redis://127.0.0.1:" + proxy.port() + "]");
                proxy.dropReplies();
                assertThat(unavailable(redis.stateStorage().read(key)).timeout())
                        .isEqualTo(Duration.ofMillis(700));
                proxy.heal();
                Calls.untilItReads(redis.stateStorage(), key);
            }
            try (Connection theirs = pool.getResource()) {
                assertThat(theirs.ping()).isTrue();
            }
        }
    }

    @Test
    void aPoolOfTheUsersThatCouldHangIsRefused() {
        try (ConnectionPool forEver = usersPool(0, Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> JedisRedis.connect(forEver)).hasMessageContaining("socketTimeoutMillis");
        }
        try (ConnectionPool waiting = usersPool(700, Duration.ofMillis(-1))) {
            assertThatThrownBy(() -> JedisRedis.connect(waiting)).hasMessageContaining("maxWait");
        }
    }

    /** The pool immediately opens another connection for a waiting thread, and fails if it cannot. */
    @Test
    void aCallIsAnsweredThoughWhatFollowsItLosesTheLastConnection() throws InterruptedException {
        Duration patience = Duration.ofSeconds(10);
        try (RedisPort port = port(1, patience);
                FollowedScripts scripts = port.followedBy(words("WAIT", "1", "0"))) { // forever without a replica
            CompletableFuture<List<Object>> followed = eval(scripts);
            Awaitility.await().until(() -> info("clients").contains("blocked_clients:1"));
            CompletableFuture<List<Object>> next = eval(scripts);
            Thread waiting = new Thread(() -> Calls.succeeds(next)); // which also runs it
            waiting.start();
            Awaitility.await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
            proxy.cut();
            assertThat(Calls.get(followed)).hasSize(2).last().isInstanceOf(RedisPortException.class);
            waiting.join();
            assertThat(kind(next)).isEqualTo(CommandOutcome.NOT_SENT);
        }
    }

    private static CompletableFuture<List<Object>> eval(FollowedScripts scripts) {
        return scripts.eval("return {1}".getBytes(UTF_8), List.of(KEY), List.of())
                .toCompletableFuture();
    }

    private static List<byte[]> words(String... words) {
        return Stream.of(words).map(word -> word.getBytes(UTF_8)).toList();
    }

    private String info(String section) {
        try (RespConnection admin = server.connect()) {
            return admin.text("INFO", section);
        }
    }

    /** Jedis reconnects when a command is sent on a closed connection. */
    @Test
    void aClosedConnectionForSubscriptionsStaysClosed() {
        JedisDriver driver = JedisDriver.to(RedisUri.parse(proxy.uri(0)), TIMEOUT, 1);
        Subscriptions.Channels channels = Calls.get(driver.channels(Optional.empty()));
        driver.close();
        channels.listen(message -> {}, () -> {});
        Calls.get(channels.subscribe("c"));
        Calls.get(channels.close());
        assertThat(kind(channels.subscribe("d"))).isEqualTo(CommandOutcome.OUTCOME_UNKNOWN);
        assertThat(proxy.accepted()).isEqualTo(1);
        Awaitility.await().until(() -> proxy.open() == 0);
    }

    @Test
    void closingEndsTheThreads() {
        Set<Thread> ofOthers = Thread.getAllStackTraces().keySet();
        BotRedis redis = JedisRedis.connect(proxy.uri(0));
        redis.leaseStore();
        read(redis.stateStorage(), freshKey());
        redis.close();
        redis.close();
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> !ofOthers.contains(thread))
                                .map(Thread::getName))
                        .noneMatch(name -> name.startsWith("fsm-jedis")));
        Awaitility.await().until(() -> proxy.open() == 0);
    }
}
