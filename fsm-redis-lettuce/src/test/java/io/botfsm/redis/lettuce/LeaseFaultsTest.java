package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Leases.claim;
import static io.botfsm.redis.client.testing.Leases.failure;
import static io.botfsm.redis.client.testing.Leases.granted;
import static io.botfsm.redis.client.testing.Leases.released;
import static io.botfsm.redis.client.testing.Leases.renewed;
import static io.botfsm.redis.client.testing.Leases.request;
import static io.botfsm.redis.client.testing.Leases.untilItAnswers;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to leases when servers and networks fail, and the memory of a server that has lost data. */
@Timeout(120)
class LeaseFaultsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration IN_TIME = TIMEOUT.plusMillis(900);
    private static final Duration BACK = Duration.ofSeconds(2);
    private static final String NAME = "bot";
    private static final String LEASE = "lock:{bot}";

    private final Claim claim = claim();
    private RedisServerProcess server;
    private FaultyProxy proxy;
    private LeaseStore store;

    private void start(String... settings) {
        start(RedisLeaseOptions.defaults(), settings);
    }

    private void start(RedisLeaseOptions options, String... settings) {
        server = RedisServerProcess.start(settings);
        proxy = new FaultyProxy(server);
        store = open(proxy.uri(0), options);
    }

    private static LeaseStore open(String uri, RedisLeaseOptions options) {
        return Leases.opened(() -> LettuceRedis.builder(uri)
                .commandTimeout(TIMEOUT)
                .leaseOptions(options)
                .leaseStore());
    }

    @AfterEach
    void stop() {
        store.close();
        proxy.close();
        server.close();
    }

    private Object redis(String... words) {
        try (RespConnection admin = server.connect()) {
            return admin.call(words);
        }
    }

    private long scriptRuns() {
        try (RespConnection admin = server.connect()) {
            return admin.calls("evalsha") + admin.calls("eval");
        }
    }

    private void restart() {
        server.kill();
        Awaitility.await()
                .until(() -> failure(store.read(NAME)).getCause() instanceof RedisPortException lost
                        && lost.kind() == CommandOutcome.NOT_SENT);
        server.startAgain();
        untilItAnswers(store);
    }

    /** Waits until the server has been up for longer than the second by which its uptime is uncertain. */
    private Granted grantedWithMemory(Claim by) {
        Awaitility.await().until(() -> {
            try (LeaseStore other = open(
                    server.uri(0), RedisLeaseOptions.builder().newStore(true).build())) {
                boolean remembers = !granted(other, "another", by).memory().isZero();
                return released(other, "another", by) && remembers;
            }
        });
        return granted(store, NAME, by);
    }

    // Commands whose outcome is unknown.

    @Test
    void aPauseBeyondTheTimeoutIsReportedInTimeAndExecutedOnceLater() {
        start();
        granted(store, NAME, claim);
        redis("CONFIG", "RESETSTAT");
        redis("CLIENT", "PAUSE", Long.toString(TIMEOUT.multipliedBy(3).toMillis()), "ALL");
        long begin = System.nanoTime();
        CompletionStage<Boolean> release = store.release(NAME, claim);
        CompletionStage<?> acquire = store.acquire(request(NAME, claim()));
        assertThat(failure(release)).matches(failure -> !failure.isLasting());
        assertThat(failure(acquire)).matches(failure -> !failure.isLasting());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(IN_TIME);

        untilItAnswers(store);
        // Both had reached the server: first the release, then the other's lease, each once.
        Awaitility.await().until(() -> redis("GET", LEASE) instanceof byte[]);
        try (RespConnection admin = server.connect()) {
            assertThat(admin.calls("publish")).as("releases").isEqualTo(1);
            assertThat(admin.calls("set")).as("a lease and a fence").isEqualTo(2);
        }
        assertThat(released(store, NAME, claim)).isFalse();
    }

    @Test
    void anAcquireWhoseReplyIsLostHappenedOnce() {
        start();
        granted(store, "another", claim);
        long runs = scriptRuns();
        proxy.dropReplies();
        LeaseStoreException failure = failure(store.acquire(request(NAME, claim)));
        assertThat(failure.isLasting()).isFalse();
        proxy.heal();

        assertThat(scriptRuns() - runs).isEqualTo(1);
        assertThat(untilItAnswers(store)).isLessThan(BACK);
        assertThat(Calls.get(store.acquire(request(NAME, claim()))))
                .isInstanceOfSatisfying(
                        Occupied.class, occupied -> assertThat(occupied.claim()).isEqualTo(claim));
        assertThat(released(store, NAME, claim)).isTrue();
    }

    @Test
    void aServerThatIsAwayIsReportedAtOnceAndUsedAgainSoon() {
        start("appendonly yes", "appendfsync always");
        granted(store, NAME, claim);
        server.kill();
        Awaitility.await()
                .until(() -> failure(store.renew(request(NAME, claim))).getCause() instanceof RedisPortException lost
                        && lost.kind() == CommandOutcome.NOT_SENT);
        long begin = System.nanoTime();
        failure(store.renew(request(NAME, claim)));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT);

        server.startAgain();
        Duration back = untilItAnswers(store);
        System.out.println("[measured] leases " + back.toMillis() + " ms after the restart");
        assertThat(back).isLessThan(BACK);
        renewed(store, NAME, claim);
    }

    @Test
    void aConnectionThatLosesEverythingIsReplaced() {
        start();
        granted(store, NAME, claim);
        proxy.blackhole();
        failure(store.renew(request(NAME, claim)));
        proxy.heal();
        assertThat(untilItAnswers(store)).isLessThan(BACK);
        renewed(store, NAME, claim);
    }

    @Test
    void afterARestartEveryOperationIsOneScriptRun() {
        start();
        restart();
        granted(store, NAME, claim);
        renewed(store, NAME, claim);
        released(store, NAME, claim);
        Calls.get(store.force(NAME));
        try (RespConnection admin = server.connect()) {
            assertThat(admin.calls("eval")).isZero();
        }
    }

    @Test
    void scriptsThatAreForgottenAreNotNoticed() {
        start();
        granted(store, NAME, claim);
        redis("SCRIPT", "FLUSH");
        renewed(store, NAME, claim);
        assertThat(released(store, NAME, claim)).isTrue();
    }

    // What the server remembers.

    @Test
    void aServerThatAlwaysWritesToDiskRemembersEverything() {
        start("appendonly yes", "appendfsync always");
        Granted first = granted(store, NAME, claim);
        assertThat(first.memory()).as("nobody waits at the first start").isEqualTo(Granted.EVERYTHING);
        restart();
        assertThat(Calls.get(store.acquire(request(NAME, claim())))).isInstanceOf(Occupied.class);
        released(store, NAME, claim);
        Granted second = granted(store, NAME, claim);
        assertThat(second.memory()).isEqualTo(Granted.EVERYTHING);
        assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
    }

    @Test
    void otherwiseItRemembersSinceItsStart() {
        long begin = System.nanoTime();
        start("appendonly yes", "appendfsync everysec");
        assertThat(granted(store, NAME, claim).memory())
                .as("a first time")
                .isLessThan(Duration.ofNanos(System.nanoTime() - begin));
        released(store, NAME, claim);
        assertThat(grantedWithMemory(claim).memory())
                .isBetween(Duration.ofNanos(1), Duration.ofNanos(System.nanoTime() - begin));
    }

    @Test
    void aServerThatRestartedEmptyRemembersNothing() {
        start(RedisLeaseOptions.builder().newStore(true).build());
        Granted before = grantedWithMemory(claim);
        assertThat(before.memory()).isPositive();
        long stopped = System.nanoTime();
        restart();
        assertThat(Calls.get(store.renew(request(NAME, claim)))).isInstanceOf(NotYours.class);

        Granted after = granted(store, NAME, claim());
        assertThat(after.memory()).isLessThan(Duration.ofNanos(System.nanoTime() - stopped));
        assertThat(after.fencingToken()).isGreaterThan(before.fencingToken());
        LeaseRequest conversation = new LeaseRequest("1:2:3", claim, Duration.ofSeconds(9), 0, Fences.EXPIRING);
        assertThat(((Granted) Calls.get(store.acquire(conversation))).memory())
                .isLessThan(Duration.ofNanos(System.nanoTime() - stopped));
    }

    @Test
    void aServerThatRestartedFromAnOlderSnapshotRemembersSinceThen() {
        start();
        Granted saved = grantedWithMemory(claim);
        released(store, NAME, claim);
        redis("SAVE");
        Granted lost = granted(store, NAME, claim);
        long stopped = System.nanoTime();
        restart();

        assertThat(Calls.get(store.read(NAME)).fencingToken())
                .as("tokens have fallen")
                .hasValue(saved.fencingToken());
        Granted after = granted(store, NAME, claim());
        assertThat(after.memory()).isLessThan(Duration.ofNanos(System.nanoTime() - stopped));
        assertThat(after.fencingToken()).isGreaterThan(lost.fencingToken());
    }

    @Test
    void aServerThatWasEmptiedRemembersNothingOfLocks() {
        start();
        granted(store, NAME, claim);
        released(store, NAME, claim);
        assertThat(grantedWithMemory(claim).memory()).isPositive();
        redis("FLUSHALL");
        assertThat(granted(store, NAME, claim()).memory()).isZero();
    }

    @Test
    void aServerThatDoesNotReportItsSettingsMayForget() {
        long begin = System.nanoTime();
        start("appendonly yes", "appendfsync always");
        redis("ACL", "SETUSER", "default", "-config");
        released(store, NAME, claim);
        store.close();
        store = open(proxy.uri(0), RedisLeaseOptions.defaults());
        assertThat(granted(store, NAME, claim).memory()).isLessThan(Duration.ofNanos(System.nanoTime() - begin));
    }

    /** The server is queried over the new connection before the grant is reported, whatever opened that connection. */
    @Test
    void settingsAreAskedAgainOnANewConnection() {
        start("appendonly yes", "appendfsync always");
        assertThat(granted(store, NAME, claim).memory()).isEqualTo(Granted.EVERYTHING);
        released(store, NAME, claim);
        redis("CONFIG", "SET", "appendfsync", "everysec");
        proxy.reset();
        untilItAnswers(store);
        assertThat(granted(store, NAME, claim).memory()).isLessThan(Duration.ofMinutes(3));
    }
}
