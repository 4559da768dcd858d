package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static io.botfsm.redis.client.testing.Calls.succeeds;
import static io.botfsm.redis.client.testing.Calls.unavailable;
import static io.botfsm.redis.client.testing.Calls.untilItReads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Writes through one of the clients when servers and networks fail: outcomes are reported truthfully, no write is
 * applied twice, and calls recover soon.
 */
@Timeout(120)
public abstract class FaultsSuite {
    /** Timers tick every 100 ms; the rest is for threads that wait for a processor. */
    private static final Duration SOON = Duration.ofMillis(900);

    private static final Duration BACK = Duration.ofSeconds(2);
    private static final int IN_FLIGHT = 8;

    private final ClientInTest client;
    private final Duration timeout;
    private final StorageKey key = freshKey();
    private RedisServerProcess server;
    private FaultyProxy proxy;
    private BotRedis redis;
    private StateStorage storage;

    /**
     * The tests of a client.
     *
     * @param timeout how long a command may take
     */
    protected FaultsSuite(ClientInTest client, Duration timeout) {
        this.client = client;
        this.timeout = timeout;
    }

    @BeforeEach
    void start() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always");
        proxy = new FaultyProxy(server);
        redis = connect(proxy.uri(0));
        storage = redis.stateStorage();
        applied(storage, key, set("A"));
    }

    @AfterEach
    void stop() {
        redis.close();
        proxy.close();
        server.close();
    }

    protected BotRedis connect(String uri) {
        return client.connect(uri, timeout);
    }

    protected final RedisServerProcess server() {
        return server;
    }

    protected final FaultyProxy proxy() {
        return proxy;
    }

    protected final StateStorage storage() {
        return storage;
    }

    protected final StorageKey key() {
        return key;
    }

    protected static Mutation.Builder set(String state) {
        return Mutation.builder().state(state);
    }

    private long scriptRuns() {
        try (RespConnection admin = server.connect()) {
            return admin.calls("evalsha") + admin.calls("eval");
        }
    }

    /** Waits until the client knows that the connection is lost: before, a command may be sent into it. */
    private void awaitLoss() {
        Awaitility.await()
                .until(() -> unavailable(storage.read(key)).getCause() instanceof RedisPortException failure
                        && failure.kind() == CommandOutcome.NOT_SENT);
    }

    private static void tookAtMost(Duration limit, long begin) {
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(limit);
    }

    @Test
    void aServerThatStandsStillIsReportedInTimeAndExecutesAtMostOnceLater() {
        long before = read(storage, key).version();
        server.suspend();
        long begin = System.nanoTime();
        CompletionStage<Outcome> write = storage.write(key, set("B").build());
        assertThat(unavailable(write).mayBeApplied()).isTrue();
        tookAtMost(timeout.plus(SOON), begin);
        assertThat(unavailable(storage.read(key)).mayBeApplied()).isFalse();

        server.resume();
        assertThat(untilItReads(storage, key)).isLessThan(BACK);
        // What had reached the socket is executed late: exactly why the outcome was unknown.
        Awaitility.await().until(() -> read(storage, key).state().equals(Optional.of("B")));
        assertThat(read(storage, key).version()).isEqualTo(before + 1);
    }

    /** The default timeout that the documentation names. */
    @Test
    void aCommandMayTakeTwoSecondsUnlessSetOtherwise() {
        try (BotRedis unset = client.connect(server.uri(0))) {
            Duration standard = Duration.ofSeconds(2);
            server.suspend();
            long begin = System.nanoTime();
            assertThat(unavailable(unset.stateStorage().write(key, set("B").build()))
                            .timeout())
                    .isEqualTo(standard);
            // The wait of a socket or a wheel timer is counted in whole milliseconds and may end a little early.
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(standard.minusMillis(50), standard.plus(SOON));
            server.resume();
        }
    }

    @Test
    void aServerThatRestartsIsUsedAgainWithItsData() {
        server.kill();
        awaitLoss();
        assertThat(unavailable(storage.write(key, set("B").build())).mayBeApplied())
                .isFalse();
        server.startAgain();

        Duration back = untilItReads(storage, key);
        System.out.println("[measured] reads " + back.toMillis() + " ms after the restart");
        assertThat(back).isLessThan(BACK);
        assertThat(read(storage, key).state()).contains("A");
        assertThat(applied(storage, key, set("C")).previousState()).contains("A");
    }

    @Test
    void callsFailAtOnceWhileTheServerIsAway() {
        proxy.cut();
        awaitLoss();
        long begin = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThat(unavailable(storage.write(key, set("B").build())).mayBeApplied())
                    .isFalse();
        }
        tookAtMost(timeout, begin);
    }

    @Test
    void aWriteThatWasNotSentIsNeverApplied() {
        proxy.cut();
        awaitLoss();
        long runs = scriptRuns();
        for (int i = 0; i < 20; i++) {
            assertThat(unavailable(storage.write(key, set("B").build())).mayBeApplied())
                    .isFalse();
        }

        proxy.heal();
        assertThat(untilItReads(storage, key)).isLessThan(BACK);
        assertThat(read(storage, key).state()).contains("A");
        applied(storage, key, set("C"));
        assertThat(scriptRuns() - runs).isEqualTo(1);
    }

    @Test
    void aWriteWhoseReplyIsLostIsUnknownAndAppliedOnce() {
        long before = read(storage, key).version();
        long runs = scriptRuns();
        proxy.dropReplies();
        assertThat(unavailable(storage.write(key, set("B").build())).mayBeApplied())
                .isTrue();
        proxy.heal();

        assertThat(untilItReads(storage, key)).isLessThan(BACK);
        assertThat(read(storage, key).state()).contains("B");
        assertThat(read(storage, key).version()).isEqualTo(before + 1);
        assertThat(scriptRuns() - runs).isEqualTo(1);
    }

    /**
     * Makes a write of unknown outcome that reaches the server only after its caller was notified and others have
     * written.
     *
     * @param late holds the proxy before its write
     */
    private void executeLate(Consumer<Fsm> late, Consumer<Fsm> meanwhile) {
        assertThatThrownBy(() -> late.accept(Fsm.of(storage)))
                .isInstanceOfSatisfying(
                        StorageUnavailableException.class,
                        e -> assertThat(e.mayBeApplied()).isTrue());
        try (BotRedis other = client.connect(server.uri(0), timeout)) {
            meanwhile.accept(Fsm.of(other.stateStorage()));
        }
        long runs = scriptRuns();
        proxy.heal();
        Awaitility.await().until(() -> scriptRuns() == runs + 1);
        untilItReads(storage, key);
    }

    @Test
    void aLateWriteWithoutConditionReplacesWhatWasWrittenMeanwhile() {
        executeLate(
                fsm -> {
                    proxy.hold();
                    fsm.context(key).setState("late");
                },
                fsm -> fsm.context(key).setState("newer"));
        assertThat(read(storage, key).state()).contains("late");
    }

    /** Refused by its version alone: a change of state would expect the earlier state, too. */
    @Test
    void aLateWriteThatExpectsAnOlderVersionChangesNothing() {
        executeLate(
                fsm -> fsm.context(key).update(turn -> {
                    proxy.hold();
                    return turn.put("n", "late");
                }),
                fsm -> fsm.context(key).updateData("n", "newer"));
        assertThat(read(storage, key).data()).containsEntry("n", "\"newer\"");
    }

    /** Refused by its id, and by the version that its turn has read. */
    @Test
    void aLateEventThatWasHandledAgainMeanwhileIsNotAppliedTwice() {
        executeLate(fsm -> count(fsm, proxy::hold), fsm -> {
            assertThat(count(fsm, () -> {})).isInstanceOf(Handled.Done.class);
            fsm.context(key).updateData("n", 2);
        });
        assertThat(read(storage, key).data()).containsEntry("n", "2");
    }

    /** Refused by its id alone, as it expects nothing else. */
    @Test
    void aLateEventThatWasAppliedMeanwhileIsNotAppliedAgain() {
        executeLate(
                fsm -> {
                    proxy.hold();
                    throw unavailable(
                            fsm.storage().write(key, set("late").eventId(7).build()));
                },
                fsm -> {
                    applied(fsm.storage(), key, set("first").eventId(7));
                    applied(fsm.storage(), key, set("newer"));
                });
        assertThat(read(storage, key).state()).contains("newer");
    }

    private Handled<?> count(Fsm fsm, Runnable beforeTheWrite) {
        return fsm.handle(key, 7, turn -> {
            beforeTheWrite.run();
            return turn.put("n", turn.value("n", Integer.class).orElse(0) + 1);
        });
    }

    /** Lets the client open as many connections as it keeps. */
    private void openAll() {
        if (proxy.open() == client.connections()) {
            return;
        }
        proxy.hold();
        List<CompletionStage<?>> reads = new ArrayList<>();
        for (int i = 0; i < client.connections(); i++) {
            reads.add(storage.read(key));
        }
        Awaitility.await().until(() -> proxy.accepted() >= client.connections());
        proxy.heal();
        reads.forEach(Calls::get);
    }

    @Test
    void writesInFlightWhenTheConnectionsAreResetRunOnce() {
        openAll();
        long runs = scriptRuns();
        List<StorageKey> keys = new ArrayList<>();
        List<CompletionStage<Outcome>> writes = new ArrayList<>();
        proxy.dropReplies();
        for (int i = 0; i < IN_FLIGHT; i++) {
            keys.add(freshKey());
            writes.add(storage.write(keys.get(i), set("B").build()));
        }
        Awaitility.await().until(() -> scriptRuns() - runs == IN_FLIGHT);
        proxy.reset();
        proxy.heal();

        writes.forEach(write -> assertThat(unavailable(write).mayBeApplied()).isTrue());
        assertThat(untilItReads(storage, key)).isLessThan(BACK);
        for (StorageKey one : keys) {
            // A write repeated after the reconnect would precede this one on the same connection.
            Applied next = applied(storage, one, set("C"));
            assertThat(next.previousState()).contains("B");
            assertThat(next.version()).isEqualTo(next.previousVersion() + 1);
        }
        assertThat(scriptRuns() - runs).isEqualTo(2 * IN_FLIGHT);
    }

    /** The waiting thread is interrupted, whichever thread runs the call. */
    @Test
    void anInterruptDuringASlowReplyIsNoticedInTime() throws InterruptedException {
        Fsm fsm = Fsm.builder(storage).timeout(timeout.multipliedBy(20)).build();
        applied(storage, key, Mutation.builder().put("large", "x".repeat(100_000)));
        for (int i = 0; i < 100; i++) { // a blocking client now runs the call on the waiting thread
            read(storage, freshKey());
        }
        proxy.trickle(1_000, Duration.ofMillis(100));
        AtomicBoolean kept = new AtomicBoolean();
        Thread waiting = new Thread(() -> {
            try {
                fsm.context(key).read();
            } catch (FsmException e) {
                kept.set(Thread.currentThread().isInterrupted());
            }
        });
        long begin = System.nanoTime();
        waiting.start();
        Awaitility.await().until(() -> waiting.getState() != Thread.State.NEW && proxy.isTrickling());
        waiting.interrupt();
        waiting.join(Calls.PATIENCE.toMillis());
        tookAtMost(timeout.plus(SOON), begin);
        assertThat(kept).as("the flag is set again").isTrue();
    }

    private boolean keepsNoMoreThanItNeeds() {
        int open = proxy.open();
        return open >= 1 && open <= client.connections();
    }

    @Test
    void aConnectionThatLosesEverythingIsReplaced() {
        int connections = proxy.accepted();
        proxy.blackhole();
        assertThat(unavailable(storage.write(key, set("B").build())).mayBeApplied())
                .isTrue();
        proxy.heal();

        Duration back = untilItReads(storage, key);
        System.out.println("[measured] reads " + back.toMillis() + " ms after the network's return");
        assertThat(back).isLessThan(BACK);
        assertThat(read(storage, key).state()).contains("A");
        assertThat(proxy.accepted()).isGreaterThan(connections);
        // The old ones are not kept.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> keepsNoMoreThanItNeeds() && proxy.open() <= proxy.accepted() - connections);
    }

    @Test
    void aServerThatForgetsScriptsInTheMiddleOfTrafficIsNotNoticed() throws Exception {
        int threads = 4;
        int writes = 500;
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
        try {
            Future<Integer> flushing = pool.submit(() -> flushScripts(done));
            List<Future<?>> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String name = "n" + t;
                writers.add(pool.submit(() -> {
                    for (int i = 1; i <= writes; i++) {
                        applied(storage, key, Mutation.builder().put(name, Integer.toString(i)));
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
            done.set(true);
            assertThat(flushing.get(60, TimeUnit.SECONDS)).isGreaterThan(10);
            assertThat(read(storage, key).data()).hasSize(threads).containsValue(Integer.toString(writes));
        } finally {
            pool.shutdownNow();
        }
    }

    private int flushScripts(AtomicBoolean done) {
        int flushes = 0;
        try (RespConnection admin = server.connect()) {
            while (!done.get()) {
                admin.call("SCRIPT", "FLUSH");
                flushes++;
            }
        }
        return flushes;
    }

    @Test
    void pausesOfTheServerShorterThanTheTimeoutAreJustSlow() {
        int connections = proxy.accepted();
        try (RespConnection admin = server.connect()) {
            admin.call("CLIENT", "PAUSE", Long.toString(timeout.toMillis() / 3), "ALL");
        }
        applied(storage, key, set("B"));
        assertThat(read(storage, key).state()).contains("B");
        assertThat(proxy.accepted()).isEqualTo(connections);
    }

    @Test
    void manyOutagesLeaveNoConnectionsBehind() {
        for (int i = 0; i < 10; i++) {
            proxy.reset();
            untilItReads(storage, key);
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::keepsNoMoreThanItNeeds);
        assertThat(succeeds(storage.read(key))).isTrue();
    }

    /** Waits for what closing the client leaves under way: nothing, unless overridden. */
    protected void awaitEnd() {}

    @Test
    protected void closingWhileTheServerIsAwayIsQuickAndEndsTheAttempts() {
        proxy.blackhole();
        CompletionStage<Outcome> write = storage.write(key, set("B").build());
        unavailable(storage.read(key));
        long begin = System.nanoTime();
        redis.close();
        tookAtMost(Duration.ofSeconds(3), begin);
        Calls.failure(write);
        awaitEnd();
        int connections = acceptedAtLast();
        proxy.heal();
        // Longer than the longest pause between two attempts.
        Awaitility.await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
        assertThat(proxy.accepted()).isEqualTo(connections);
    }

    /** An attempt that was under way when the client was closed may be counted a moment later. */
    private int acceptedAtLast() {
        AtomicInteger before = new AtomicInteger(-1);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .until(() -> before.getAndSet(proxy.accepted()) == before.get());
        return before.get();
    }
}
