package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Leases.claim;
import static io.botfsm.redis.client.testing.Leases.failure;
import static io.botfsm.redis.client.testing.Leases.granted;
import static io.botfsm.redis.client.testing.Leases.released;
import static io.botfsm.redis.client.testing.Leases.renewed;
import static io.botfsm.redis.client.testing.Leases.request;
import static io.botfsm.redis.client.testing.Leases.subscribed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening and closing lease stores: what they need, what they do not share, and that nothing is left behind. */
@Timeout(120)
class LeaseConnectTest {
    private static final RedisUser MINIMAL = RedisUser.OF_LEASES;
    private static final String SECRET = MINIMAL.password();
    private static final String NAME = "bot";

    private static RedisServerProcess server;
    private static RespConnection admin;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always");
        admin = server.connect();
    }

    @AfterAll
    static void stop() {
        admin.close();
        server.close();
    }

    @AfterEach
    void leavesNothingBehind() {
        Awaitility.await().until(() -> admin.text("CLIENT", "LIST").lines().count() == 1);
        Awaitility.await().untilAsserted(() -> assertThat(lettuceThreads()).isEmpty());
        assertThat((List<?>) admin.call("PUBSUB", "CHANNELS")).isEmpty();
        admin.call("FLUSHALL");
    }

    private static List<String> lettuceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("lettuce-"))
                .toList();
    }

    private static BotRedis.Builder asUser() {
        return LettuceRedis.builder(MINIMAL.in(server.uri(3)));
    }

    private static BotRedis.Builder asAdmin() {
        return LettuceRedis.builder(server.uri(0));
    }

    @Test
    void theDocumentedRightsAreTheMinimalOnes() throws IOException {
        assertThat(Files.readString(Path.of("../docs/reference/redis-layout.md")))
                .contains(String.join(" ", MINIMAL.rights()));
    }

    @Test
    void theMinimalRightsAreEnough() {
        MINIMAL.createOver(admin);
        admin.call("ACL", "LOG", "RESET");
        try (LeaseStore store = asUser().leaseStore()) {
            Claim claim = claim();
            CountDownLatch notified = new CountDownLatch(2);
            Subscription one = subscribed(store, NAME, notified::countDown);
            Subscription another = subscribed(store, "another", () -> {});
            assertThat(granted(store, NAME, claim).memory()).isEqualTo(Granted.EVERYTHING);
            Calls.get(store.renew(request(NAME, claim).withFloor(5)));
            Calls.get(store.acquire(request(NAME, claim())));
            assertThat(released(store, NAME, claim)).isTrue();
            Calls.get(store.force(NAME));
            Calls.get(store.read(NAME));
            Awaitility.await().until(() -> notified.getCount() == 0);
            another.close();
            long pings = admin.calls("ping");
            Awaitility.await().until(() -> admin.calls("ping") > pings);
            one.close();
        }
        assertThat((List<?>) admin.call("ACL", "LOG"))
                .as("what the server had to deny")
                .isEmpty();
    }

    static Stream<String> commands() {
        return MINIMAL.commands()
                .filter(command -> !Set.of("unsubscribe", "config|get").contains(command));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aMissingRightIsRefusedByNameAndLeavesNothing(String command) {
        MINIMAL.without("+" + command).createOver(admin);

        assertThatThrownBy(() -> asUser().leaseStore())
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining(command.toUpperCase(Locale.ROOT).replace('|', ' '))
                .satisfies(LeaseConnectTest::containsNoSecret);
        assertThat(admin.text("INFO", "keyspace")).doesNotContain("db");
    }

    /** Its connection keeps receiving messages that it no longer waits for, until it is closed. */
    @Test
    void withoutTheRightToUnsubscribeLeasesGoOn() {
        MINIMAL.without("+unsubscribe").createOver(admin);
        try (LeaseStore store = asUser().leaseStore()) {
            CountDownLatch notified = new CountDownLatch(1);
            Subscription kept = subscribed(store, NAME, notified::countDown);
            subscribed(store, "another", () -> {}).close();
            Claim claim = claim();
            granted(store, NAME, claim);
            assertThat(released(store, NAME, claim)).isTrue();
            Awaitility.await().until(() -> notified.getCount() == 0);
            kept.close();
        }
    }

    /** This server would forget nothing, but the user may not query that. */
    @Test
    void withoutTheRightToAskForSettingsLeasesCountOnLess() {
        MINIMAL.without("+config|get").createOver(admin);
        try (LeaseStore store = asUser().leaseStore()) {
            assertThat(granted(store, NAME, claim()).memory()).isNotEqualTo(Granted.EVERYTHING);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"~lock:*", "&lock:*"})
    void missingRightsForKeysOrChannelsAreRefused(String right) {
        MINIMAL.without(right).createOver(admin);

        assertThatThrownBy(() -> asUser().leaseStore())
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("keys and channels lock:*")
                .satisfies(LeaseConnectTest::containsNoSecret);
    }

    @Test
    void rightsForAnotherPrefixAreTried() {
        MINIMAL.without("~lock:*").without("&lock:*").with("~shop:*", "&shop:*").createOver(admin);
        RedisLeaseOptions shop = RedisLeaseOptions.builder().keyPrefix("shop").build();
        try (LeaseStore store = asUser().leaseOptions(shop).leaseStore()) {
            granted(store, NAME, claim());
        }
        assertThatThrownBy(() -> asUser().leaseStore())
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("lock:*");
    }

    private static void containsNoSecret(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        assertThat(text.toString()).doesNotContain(SECRET);
    }

    @Test
    void failuresOfServersContainNoSecret() {
        MINIMAL.createOver(admin);
        assertThatThrownBy(() -> LettuceRedis.builder(MINIMAL.in("redis://127.0.0.1:" + RedisServerProcess.freePort()))
                        .leaseStore())
                .isInstanceOf(StorageUnavailableException.class)
                .satisfies(LeaseConnectTest::containsNoSecret);
        try (FaultyProxy proxy = new FaultyProxy(server);
                LeaseStore store =
                        LettuceRedis.builder(MINIMAL.in(proxy.uri(0))).leaseStore()) {
            proxy.cut();
            Awaitility.await().until(() -> failure(store.read(NAME)).getCause() != null);
            containsNoSecret(failure(store.read(NAME)));
            containsNoSecret(failure(store.subscribe(NAME, () -> {})));
        }
    }

    /** An application that only uses locks needs no access to conversations. */
    @Test
    void leasesAloneNeedNoOtherRightsAndNoOtherConnection() {
        MINIMAL.createOver(admin);
        try (LeaseStore store = asUser().leaseStore()) {
            granted(store, NAME, claim());
            Awaitility.await().until(() -> admin.text("CLIENT", "LIST").lines().count() == 2);
        }
        assertThatThrownBy(() -> asUser().connect()).isInstanceOf(StorageRefusedException.class);
    }

    @Test
    void aStoreHasAConnectionOfItsOwnAndClosesThat() {
        try (BotRedis redis = asAdmin().connect()) {
            assertThat(admin.text("CLIENT", "LIST").lines().count()).isEqualTo(2);
            LeaseStore first = redis.leaseStore();
            LeaseStore second = redis.leaseStore();
            Awaitility.await().until(() -> admin.text("CLIENT", "LIST").lines().count() == 4);
            first.close();
            first.close();
            Awaitility.await().until(() -> admin.text("CLIENT", "LIST").lines().count() == 3);
            assertThat(failure(first.read(NAME))).matches(LeaseStoreException::isLasting);
            granted(second, NAME, claim());
            Calls.read(redis.stateStorage(), Calls.freshKey());
        }
    }

    @Test
    void closingEverythingClosesTheStoresToo() {
        BotRedis redis = asAdmin().connect();
        LeaseStore store = redis.leaseStore();
        subscribed(store, NAME, () -> {});
        redis.close();
        redis.close();
        assertThat(failure(store.read(NAME))).matches(LeaseStoreException::isLasting);
        assertThatThrownBy(redis::leaseStore).isInstanceOf(StorageClosedException.class);
    }

    /** A call that ends when the storages are closed may still release its lease. */
    @Test
    void storagesAreClosedBeforeLeases() {
        try (FaultyProxy proxy = new FaultyProxy(server)) {
            BotRedis redis = LettuceRedis.connect(proxy.uri(0));
            StateStorage storage = redis.stateStorage();
            proxy.holdOpenOnes();
            LeaseStore leases = redis.leaseStore();
            Claim claim = claim();
            granted(leases, NAME, claim);
            CompletionStage<Boolean> released = storage.read(Calls.freshKey())
                    .handle((snapshot, failure) -> failure != null && released(leases, NAME, claim));
            redis.close();
            assertThat(Calls.get(released)).isTrue();
        }
    }

    /** Renewals must not wait for conversations, all of which are blocked here. */
    @Test
    void aClientThatIsBusyWithConversationsDoesNotDelayLeases() throws Exception {
        int calls = 200;
        try (BotRedis redis = asAdmin().commandTimeout(Duration.ofSeconds(20)).connect()) {
            LeaseStore leases = redis.leaseStore();
            StateStorage storage = redis.stateStorage();
            Claim claim = claim();
            granted(leases, NAME, claim);
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch free = new CountDownLatch(1);
            List<CompletionStage<Snapshot>> waiting = new ArrayList<>();
            occupyAThread(storage, busy, free);
            for (int i = 0; i < 10_000; i++) {
                waiting.add(storage.read(Calls.freshKey()));
            }
            long begin = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                renewed(leases, NAME, claim);
            }
            Duration each = Duration.ofNanos(System.nanoTime() - begin).dividedBy(calls);
            System.out.printf(
                    Locale.ROOT, "[measured] a renewal beside a client that stands still: %,d ns%n", each.toNanos());
            assertThat(each).isLessThan(Duration.ofMillis(100));
            assertThat(waiting.get(waiting.size() - 1).toCompletableFuture()).isNotDone();
            free.countDown();
        }
    }

    /** Blocks the thread that delivers the replies of conversations. */
    private static void occupyAThread(StateStorage storage, CountDownLatch busy, CountDownLatch free)
            throws InterruptedException {
        Thread test = Thread.currentThread();
        while (!busy.await(50, TimeUnit.MILLISECONDS)) {
            var unused = storage.read(Calls.freshKey()).thenRun(() -> {
                if (Thread.currentThread() != test) { // it is the same if the reply was already there
                    busy.countDown();
                    awaitQuietly(free);
                }
            });
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody freed it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void manyCyclesLeaveNothingButTheFence() {
        int cycles = 10_000;
        admin.call("CONFIG", "SET", "appendfsync", "no");
        try (LeaseStore store = asAdmin().leaseStore()) {
            granted(store, "warm", claim());
            admin.call("FLUSHALL");
            int threads = Thread.activeCount();
            long last = 0;
            for (int i = 0; i < cycles; i++) {
                Claim claim = claim();
                long token = granted(store, NAME, claim).fencingToken();
                assertThat(token).isGreaterThan(last);
                last = token;
                assertThat(released(store, NAME, claim)).isTrue();
            }
            for (int i = 0; i < 500; i++) {
                subscribed(store, NAME, () -> {}).close();
            }
            assertThat(admin.number("DBSIZE")).isEqualTo(1);
            assertThat(admin.text("GET", "lock:{bot}:fence")).startsWith(last + " ");
            Awaitility.await().until(() -> admin.text("CLIENT", "LIST").lines().count() == 2);
            assertThat((List<?>) admin.call("PUBSUB", "CHANNELS")).isEmpty();
            assertThat(Thread.activeCount())
                    .as("the client's second event loop, at most")
                    .isLessThanOrEqualTo(threads + 2);
        } finally {
            admin.call("CONFIG", "SET", "appendfsync", "always");
        }
    }

    /** The usual case: one command each, and nothing else. */
    @Test
    void anAcquireIsOneScriptAndSoIsARelease() {
        try (LeaseStore store = asAdmin().leaseStore()) {
            granted(store, "first", claim());
            admin.call("CONFIG", "RESETSTAT");
            Claim claim = claim();
            granted(store, NAME, claim);
            renewed(store, NAME, claim);
            released(store, NAME, claim);
            Map<String, Long> calls = admin.calls();
            calls.keySet().removeIf(command -> command.equals("info") || command.startsWith("config"));
            assertThat(calls)
                    .isEqualTo(Map.of(
                            "evalsha", 3L, "time", 1L, "get", 3L, "set", 2L, "pexpire", 1L, "del", 1L, "publish", 1L));
        }
    }
}
