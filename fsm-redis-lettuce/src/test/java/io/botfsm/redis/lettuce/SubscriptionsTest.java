package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Leases.claim;
import static io.botfsm.redis.client.testing.Leases.failure;
import static io.botfsm.redis.client.testing.Leases.granted;
import static io.botfsm.redis.client.testing.Leases.released;
import static io.botfsm.redis.client.testing.Leases.subscribed;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hints of releases: when they start, over which connections, and what happens when connections fail. */
@Timeout(120)
class SubscriptionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration BACK = Duration.ofSeconds(2);

    private final String name = "bot-" + UUID.randomUUID();
    private final String channel = "lock:{" + name + "}";
    private final AtomicInteger hints = new AtomicInteger();
    private RedisServerProcess server;
    private RespConnection admin;
    private FaultyProxy proxy;
    private LeaseStore store;

    @BeforeEach
    void start() {
        server = RedisServerProcess.start();
        admin = server.connect();
        proxy = new FaultyProxy(server);
        store = Leases.opened(
                () -> LettuceRedis.builder(proxy.uri(0)).commandTimeout(TIMEOUT).leaseStore());
        awaitConnections(0);
    }

    @AfterEach
    void stop() {
        store.close();
        proxy.close();
        admin.close();
        server.close();
    }

    private long publish() {
        return admin.number("PUBLISH", channel, "");
    }

    private void awaitHints(int atLeast) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> assertThat(hints).hasValueGreaterThanOrEqualTo(atLeast));
    }

    private static long connections(RespConnection redis) {
        return redis.text("CLIENT", "LIST", "TYPE", "pubsub").lines().count();
    }

    private void awaitConnections(int expected) {
        Awaitility.await().until(() -> connections(admin) == expected);
    }

    @Test
    void everyReleaseIsReported() {
        subscribed(store, name, hints::incrementAndGet);
        for (int i = 1; i <= 200; i++) {
            Claim claim = claim();
            granted(store, name, claim);
            assertThat(released(store, name, claim)).isTrue();
            awaitHints(i);
        }
        Calls.get(store.force(name));
        awaitHints(201);
        assertThat(hints).as("no hint for nothing").hasValue(201);
    }

    /** A release right after the stage completes leads to a hint. */
    @Test
    void itBeginsBeforeTheStageCompletes() {
        subscribed(store, "another, so that the connection is there", () -> {});
        for (int i = 1; i <= 300; i++) {
            Subscription one = subscribed(store, name, hints::incrementAndGet);
            assertThat(publish()).isEqualTo(1);
            awaitHints(i);
            one.close();
        }
    }

    @Test
    void oneConnectionAndOneSubscriptionForAllWhoWait() {
        List<Subscription> all = new ArrayList<>();
        List<CompletionStage<Subscription>> begun = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            begun.add(store.subscribe(name, hints::incrementAndGet));
            begun.add(store.subscribe("another", () -> {}));
        }
        begun.forEach(stage -> all.add(Calls.get(stage)));
        all.add(subscribed(store, name, hints::incrementAndGet));

        assertThat(connections(admin)).isEqualTo(1);
        assertThat(admin.calls("subscribe"))
                .as("two, and that of the check at open")
                .isEqualTo(3);
        assertThat(publish()).isEqualTo(1);
        awaitHints(101);

        all.forEach(Subscription::close);
        all.forEach(Subscription::close);
        awaitConnections(0);
        assertThat((List<?>) admin.call("PUBSUB", "CHANNELS")).isEmpty();
        assertThat(hints).hasValue(101);
    }

    /** The server counts a connection among those of {@code pubsub} only while it is subscribed to something. */
    private long allConnections() {
        return admin.text("CLIENT", "LIST").lines().count();
    }

    private String subscribedConnection() {
        String id = admin.text("CLIENT", "LIST", "TYPE", "pubsub").replaceAll("(?s) .*", "");
        assertThat(id).startsWith("id=");
        return id;
    }

    /** Like the waits of an isolation, each for another conversation. */
    @Test
    void oneAfterTheOtherUseOneConnectionWhichIsClosedInTheEnd() {
        long without = allConnections();
        Subscription first = subscribed(store, name, hints::incrementAndGet);
        String id = subscribedConnection();
        first.close();
        for (int i = 0; i < 5; i++) {
            awaitConnections(0);
            assertThat(allConnections()).isEqualTo(without + 1);
            Subscription next = subscribed(store, i % 2 == 0 ? name : "another", hints::incrementAndGet);
            assertThat(subscribedConnection()).isEqualTo(id);
            next.close();
        }
        Subscription last = subscribed(store, name, hints::incrementAndGet);
        Awaitility.await()
                .pollDelay(Subscriptions.LINGER.plusMillis(500))
                .until(() -> true); // it is not closed while it is needed
        assertThat(subscribedConnection()).isEqualTo(id);
        assertThat(publish()).isEqualTo(1);
        awaitHints(1);
        last.close();
        Awaitility.await().until(() -> allConnections() == without);
        assertThat(hints).hasValue(1);
    }

    @Test
    void closingTheStoreClosesAConnectionThatIsKeptForTheNext() {
        subscribed(store, name, hints::incrementAndGet).close();
        awaitConnections(0);
        assertThat(allConnections()).as("admin, commands, the one kept").isEqualTo(3);
        store.close();
        Awaitility.await().atMost(Subscriptions.LINGER.dividedBy(2)).until(() -> allConnections() == 1);
    }

    @Test
    void closingTheLastOfAChannelEndsThatOnly() {
        Subscription one = subscribed(store, name, hints::incrementAndGet);
        AtomicInteger others = new AtomicInteger();
        subscribed(store, "another", others::incrementAndGet);
        one.close();
        Awaitility.await().until(() -> publish() == 0);
        assertThat(admin.number("PUBLISH", "lock:{another}", "")).isEqualTo(1);
        Awaitility.await().until(() -> others.get() == 1);
        assertThat(hints).hasValue(0);
        assertThat(connections(admin)).isEqualTo(1);
    }

    @Test
    void nothingIsReportedAfterClosing() {
        Subscription one = subscribed(store, name, hints::incrementAndGet);
        AtomicInteger others = new AtomicInteger();
        subscribed(store, name, others::incrementAndGet);
        one.close();
        publish();
        Awaitility.await().until(() -> others.get() == 1);
        assertThat(hints).hasValue(0);
    }

    @Test
    void aHintThatFailsHarmsNoOther() {
        subscribed(store, name, () -> {
            throw new IllegalStateException("on purpose");
        });
        subscribed(store, name, hints::incrementAndGet);
        publish();
        publish();
        awaitHints(2);
    }

    @Test
    void aHintMayCloseItsSubscriptionOrTheStore() {
        List<Subscription> self = new ArrayList<>();
        self.add(subscribed(store, name, () -> {
            self.get(0).close();
            store.close();
            hints.incrementAndGet();
        }));
        publish();
        awaitHints(1);
        awaitConnections(0);
    }

    /** A release may have come while there was no connection. */
    @Test
    void aLostConnectionIsReplacedAndThenEveryoneIsNotified() {
        subscribed(store, name, hints::incrementAndGet);
        subscribed(store, "another", hints::incrementAndGet);
        long begin = System.nanoTime();
        admin.call("CLIENT", "KILL", "TYPE", "pubsub");
        awaitHints(2);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BACK);
        assertThat(publish()).isEqualTo(1);
        awaitHints(3);
        assertThat(connections(admin)).isEqualTo(1);
    }

    @Test
    void aServerThatComesBackIsSubscribedToAgain() {
        subscribed(store, name, hints::incrementAndGet);
        admin.close();
        server.kill();
        Awaitility.await().until(() -> proxy.open() == 0);
        server.startAgain();
        long begin = System.nanoTime();
        awaitHints(1);
        Duration back = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("[measured] subscribed " + back.toMillis() + " ms after the restart");
        assertThat(back).isLessThan(BACK);
        admin = server.connect();
        assertThat(publish()).isEqualTo(1);
    }

    /** It is pinged every second, and the answer may take as long as that of any command. */
    @Test
    void aConnectionThatDiesInSilenceIsFound() {
        subscribed(store, name, hints::incrementAndGet);
        long begin = System.nanoTime();
        proxy.blackhole();
        awaitConnections(0);
        Duration found = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(found).isLessThan(Duration.ofSeconds(1).plus(TIMEOUT).plusMillis(900));
        assertThat(hints).hasValue(0);

        proxy.heal();
        begin = System.nanoTime();
        awaitHints(1);
        Duration back = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println(String.format(
                Locale.ROOT,
                "[measured] a silent connection was found after %d ms, replaced %d ms after the network's return",
                found.toMillis(),
                back.toMillis()));
        assertThat(back).isLessThan(BACK);
        assertThat(publish()).isEqualTo(1);
    }

    /** Something was wrong with the network, so each waiter checks for itself. */
    @Test
    void whenOnlyTheConnectionForCommandsIsReplacedEveryoneIsNotifiedToo() {
        subscribed(store, name, hints::incrementAndGet);
        String before = admin.text("CLIENT", "LIST", "TYPE", "pubsub").replaceAll("(?s) .*", "");
        admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        awaitHints(1);
        assertThat(admin.text("CLIENT", "LIST", "TYPE", "pubsub")).startsWith(before + " ");
        assertThat(publish()).isEqualTo(1);
        awaitHints(2);
    }

    @Test
    void withoutAServerSubscribingFailsSoonAndLeavesNothing() {
        proxy.cut();
        assertThat(failure(store.subscribe(name, hints::incrementAndGet))).matches(failure -> !failure.isLasting());
        proxy.heal();
        Leases.untilItAnswers(store);
        Awaitility.await().pollDelay(Duration.ofMillis(1_200)).until(() -> true); // longer than between two attempts
        assertThat(connections(admin)).isZero();
        assertThat(hints).hasValue(0);
        subscribed(store, name, hints::incrementAndGet);
        assertThat(publish()).isEqualTo(1);
    }

    @Test
    void aServerThatDoesNotAnswerIsReportedInTime() {
        proxy.hold();
        long begin = System.nanoTime();
        assertThat(failure(store.subscribe(name, hints::incrementAndGet))).matches(failure -> !failure.isLasting());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT.plusSeconds(2));
        proxy.heal();
        awaitConnections(0);
        assertThat((List<?>) admin.call("PUBSUB", "CHANNELS")).isEmpty();
    }

    @Test
    void aRightThatIsTakenAwayIsReported() {
        admin.call("ACL", "SETUSER", "default", "resetchannels", "&other:*");
        try {
            assertThat(failure(store.subscribe(name, hints::incrementAndGet)))
                    .matches(LeaseStoreException::isLasting)
                    .hasMessageContaining("NOPERM");
            awaitConnections(0);
        } finally {
            admin.call("ACL", "SETUSER", "default", "allchannels");
        }
        subscribed(store, name, hints::incrementAndGet);
        assertThat(publish()).isEqualTo(1);
    }

    @Test
    void closingTheStoreEndsThemWithoutAHint() {
        subscribed(store, name, hints::incrementAndGet);
        store.close();
        awaitConnections(0);
        assertThat(failure(store.subscribe(name, hints::incrementAndGet))).matches(LeaseStoreException::isLasting);
        assertThat(hints).hasValue(0);
    }

    @Test
    void closingTheStoreEndsOneThatHasNotBegun() {
        proxy.hold();
        CompletionStage<Subscription> waiting = store.subscribe(name, hints::incrementAndGet);
        store.close();
        failure(waiting);
    }

    @Test
    void manyLossesLeaveOneConnection() {
        subscribed(store, name, hints::incrementAndGet);
        for (int i = 1; i <= 20; i++) {
            admin.call("CLIENT", "KILL", "TYPE", "pubsub");
            awaitHints(i);
        }
        assertThat(connections(admin)).isEqualTo(1);
        assertThat((List<?>) admin.call("PUBSUB", "NUMSUB", channel)).last().isEqualTo(1L);
    }

    /** The two protocols answer a ping differently. */
    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    void aQuietConnectionOfAUsersClientStays(ProtocolVersion protocol) {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .protocolVersion(protocol)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .build());
        try (LeaseStore theirs =
                LettuceRedis.builder(client, RedisURI.create(server.uri(0))).leaseStore()) {
            subscribed(theirs, name, hints::incrementAndGet);
            awaitConnections(1); // the connection of the check at opening may still be closing
            long pings = admin.calls("ping");
            String before = admin.text("CLIENT", "LIST", "TYPE", "pubsub").replaceAll("(?s) .*", "");
            Awaitility.await().until(() -> admin.calls("ping") >= pings + 3);
            assertThat(admin.text("CLIENT", "LIST", "TYPE", "pubsub")).startsWith(before + " ");
            assertThat(hints).hasValue(0);
            assertThat(publish()).isEqualTo(1);
            awaitHints(1);

            admin.call("CLIENT", "KILL", "TYPE", "pubsub");
            awaitHints(2);
            assertThat(publish()).isEqualTo(1);
            awaitConnections(1);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    @Test
    void afterTheShutdownOfAUsersClientNothingHangs() {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .build());
        LeaseStore theirs =
                LettuceRedis.builder(client, RedisURI.create(server.uri(0))).leaseStore();
        subscribed(theirs, name, hints::incrementAndGet);
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        failure(theirs.subscribe("another", hints::incrementAndGet));
        theirs.close();
    }
}
