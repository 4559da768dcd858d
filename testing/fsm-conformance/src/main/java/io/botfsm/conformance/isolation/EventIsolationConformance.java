package io.botfsm.conformance.isolation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.isolation.BacklogFullException;
import io.botfsm.isolation.ConversationLease;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.isolation.IsolationClosedException;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Checks an {@link EventIsolation} against the rules E01 to E12 of the specification. Extend this class, implement how
 * to open an isolation, and run it as a JUnit 5 test class. Each test is named after its rule. For an isolation across
 * processes, {@link SharedEventIsolationConformance} checks the rules up to E21.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
public abstract class EventIsolationConformance {
    static final Duration LONG = Duration.ofMinutes(10);

    private final List<EventIsolation> opened = new ArrayList<>();
    private final List<CountDownLatch> gates = new ArrayList<>();

    /** For the extending class. */
    protected EventIsolationConformance() {}

    /**
     * The settings of an isolation.
     *
     * @param threads how many handlers may run at once
     * @param perConversation how many handlers of one conversation may wait or run
     * @param inTotal how many handlers may wait or run
     * @param submitTimeout how long submitting waits for room in total
     * @param ttl how soon another process may continue with the conversations of a crashed one
     * @param acquireTimeout how long a handler waits for other processes
     */
    public record Settings(
            int threads,
            int perConversation,
            int inTotal,
            Duration submitTimeout,
            Duration ttl,
            Duration acquireTimeout) {
        static final Settings USUAL = new Settings(8, 1_000, 10_000, LONG, LONG, LONG);

        /** Returns a builder for the isolation of this library within one process, with these settings. */
        public EventIsolation.Builder builder() {
            return EventIsolation.builder()
                    .threads(threads)
                    .perConversation(perConversation)
                    .inTotal(inTotal)
                    .submitTimeout(submitTimeout);
        }

        /** Returns a builder for the isolation of this library over leases of a store, with these settings. */
        public EventIsolation.Builder builder(LeaseStore leases) {
            return builder()
                    .leaseStore(requireNonNull(leases, "leases"))
                    .ttl(ttl)
                    .acquireTimeout(acquireTimeout);
        }

        Settings withThreads(int number) {
            return new Settings(number, perConversation, inTotal, submitTimeout, ttl, acquireTimeout);
        }

        Settings withLimits(int ofConversation, int ofAll, Duration wait) {
            return new Settings(threads, ofConversation, ofAll, wait, ttl, acquireTimeout);
        }

        Settings withLeases(Duration lasting, Duration wait) {
            return new Settings(threads, perConversation, inTotal, submitTimeout, lasting, wait);
        }
    }

    /** Opens an isolation. The suite closes it. */
    protected abstract EventIsolation open(Settings settings) throws Exception;

    /** How long the suite waits for what must happen at once. */
    Duration timeout() {
        return Duration.ofSeconds(20);
    }

    final EventIsolation opened(Settings settings) {
        try {
            EventIsolation isolation = open(settings);
            opened.add(isolation);
            return isolation;
        } catch (Exception e) {
            throw new AssertionError("the isolation could not be opened", e);
        }
    }

    @AfterEach
    void closeAll() throws InterruptedException {
        gates.forEach(CountDownLatch::countDown);
        gates.clear();
        for (EventIsolation isolation : opened) {
            isolation.close();
        }
        opened.clear();
    }

    static StorageKey freshKey() {
        return StorageKey.bot("conformance")
                .chat(UUID.randomUUID().toString())
                .user(1)
                .build();
    }

    /** A gate that is opened at the end of the test, if not before. */
    final CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        return gate;
    }

    final <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    final Throwable failure(CompletionStage<?> stage) {
        try {
            Object result = stage.toCompletableFuture().get(timeout().toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("it did not fail: " + result);
        } catch (ExecutionException e) {
            return behind(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    private static Throwable behind(Throwable wrapping) {
        Throwable cause = wrapping.getCause();
        boolean wraps = wrapping instanceof ExecutionException || wrapping instanceof CompletionException;
        return wraps && cause != null ? behind(cause) : wrapping;
    }

    final void await(String what, BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).as(what).isLessThan(timeout());
            Thread.onSpinWait();
        }
    }

    final void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(timeout().toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Begins a handler that ends when the gate opens, and waits until it runs. */
    final CompletionStage<String> occupy(EventIsolation isolation, StorageKey key, CountDownLatch gate) {
        CountDownLatch begun = new CountDownLatch(1);
        CompletionStage<String> stage = isolation.submit(key, () -> {
            begun.countDown();
            gate.await();
            return "occupied";
        });
        await(begun);
        return stage;
    }

    /** Stays long enough for another handler to intrude. */
    static void stay() {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < 200_000) {
            Thread.onSpinWait();
        }
    }

    @Test
    void ruleE01_oneAtATimeInOrder() {
        EventIsolation isolation = opened(Settings.USUAL);
        AtomicInteger running = new AtomicInteger();
        AtomicBoolean together = new AtomicBoolean();
        for (int conversation = 0; conversation < 4; conversation++) {
            StorageKey key = freshKey();
            AtomicInteger alone = new AtomicInteger();
            ConcurrentLinkedQueue<Integer> journal = new ConcurrentLinkedQueue<>();
            List<CompletionStage<Boolean>> stages = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                stages.add(isolation.submit(key, () -> {
                    together.compareAndSet(false, alone.incrementAndGet() > 1);
                    running.incrementAndGet();
                    stay();
                    alone.decrementAndGet();
                    return journal.add(number);
                }));
            }
            stages.forEach(this::get);
            assertThat(journal)
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        }
        assertThat(together).as("two handlers of one conversation ran at once").isFalse();
        assertThat(running).hasValue(400);
    }

    @Test
    void ruleE02_othersInParallel() {
        EventIsolation isolation = opened(Settings.USUAL);
        CountDownLatch allRun = new CountDownLatch(4);
        List<CompletionStage<Boolean>> stages = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stages.add(isolation.submit(freshKey(), () -> {
                allRun.countDown();
                return allRun.await(timeout().toMillis(), TimeUnit.MILLISECONDS);
            }));
        }
        assertThat(stages).allSatisfy(stage -> assertThat(get(stage)).isTrue());
    }

    @Test
    void ruleE03_eachRunsOnceAndReportsItsOutcome() {
        EventIsolation isolation = opened(Settings.USUAL);
        StorageKey key = freshKey();
        AtomicInteger runs = new AtomicInteger();
        List<CompletionStage<Integer>> stages = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            stages.add(isolation.submit(i % 2 == 0 ? key : freshKey(), () -> runs.incrementAndGet()));
        }
        assertThat(stages.stream().map(this::get))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 50).boxed().toList());
        assertThat(runs).hasValue(50);
        IOException thrown = new IOException("on purpose");
        assertThat(failure(isolation.submit(key, () -> {
                    throw thrown;
                })))
                .isSameAs(thrown);
    }

    @Test
    void ruleE04_failingOneFailsItsStageOnly() {
        EventIsolation isolation = opened(Settings.USUAL.withThreads(1));
        StorageKey key = freshKey();
        for (Throwable thrown : List.of(new IllegalStateException(), new StackOverflowError(), new Exception())) {
            CompletionStage<String> failing = isolation.submit(key, () -> {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (Exception) thrown;
            });
            CompletionStage<String> next = isolation.submit(key, () -> "next");
            CompletionStage<String> other = isolation.submit(freshKey(), () -> "other");
            assertThat(failure(failing)).isSameAs(thrown);
            assertThat(get(next)).isEqualTo("next");
            assertThat(get(other)).isEqualTo("other");
        }
    }

    @Test
    void ruleE05_stuckOneHoldsUpItsConversationOnly() {
        EventIsolation isolation = opened(Settings.USUAL.withThreads(2));
        StorageKey stuck = freshKey();
        CountDownLatch gate = gate();
        CompletionStage<String> first = occupy(isolation, stuck, gate);
        List<CompletionStage<String>> behind = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            behind.add(isolation.submit(stuck, () -> "behind"));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(get(isolation.submit(freshKey(), () -> "other"))).isEqualTo("other");
        }
        assertThat(behind).noneMatch(stage -> stage.toCompletableFuture().isDone());
        gate.countDown();
        get(first);
        behind.forEach(this::get);
    }

    @Test
    void ruleE06_fullConversationRefusesAtOnce() {
        EventIsolation isolation = opened(Settings.USUAL.withLimits(3, 100, LONG));
        StorageKey key = freshKey();
        CountDownLatch gate = gate();
        List<CompletionStage<String>> taken = new ArrayList<>(List.of(occupy(isolation, key, gate)));
        taken.add(isolation.submit(key, () -> "second"));
        taken.add(isolation.submit(key, () -> "third"));
        AtomicBoolean ran = new AtomicBoolean();
        assertThat(failure(isolation.submit(key, () -> ran.compareAndSet(false, true))))
                .isInstanceOfSatisfying(BacklogFullException.class, e -> {
                    assertThat(e.key()).isEqualTo(key);
                    assertThat(e.limit()).isEqualTo(3);
                    assertThat(e.isOfConversation()).isTrue();
                })
                .hasMessageContaining(key.toString())
                .hasMessageContaining("3");
        assertThat(get(isolation.submit(freshKey(), () -> "other"))).isEqualTo("other");
        gate.countDown();
        taken.forEach(this::get);
        await("there is room again", () -> succeeds(isolation.submit(key, () -> "again")));
        assertThat(ran).isFalse();
    }

    private boolean succeeds(CompletionStage<?> stage) {
        return get(stage.handle((value, failure) -> failure == null));
    }

    @Test
    void ruleE07_submittingWaitsForRoomInTotal() throws Exception {
        StorageKey key = freshKey();
        EventIsolation impatient = opened(Settings.USUAL.withLimits(10, 2, Duration.ofMillis(50)));
        CountDownLatch gate = gate();
        CompletionStage<String> one = occupy(impatient, freshKey(), gate);
        CompletionStage<String> two = occupy(impatient, freshKey(), gate);
        assertThat(failure(impatient.submit(key, () -> "never")))
                .isInstanceOfSatisfying(BacklogFullException.class, e -> {
                    assertThat(e.key()).isEqualTo(key);
                    assertThat(e.limit()).isEqualTo(2);
                    assertThat(e.isOfConversation()).isFalse();
                });
        gate.countDown();
        get(one);
        get(two);

        EventIsolation patient = opened(Settings.USUAL.withLimits(10, 1, LONG));
        CountDownLatch other = gate();
        CompletionStage<String> first = occupy(patient, freshKey(), other);
        CompletableFuture<String> waited = new CompletableFuture<>();
        Thread poller = new Thread(() -> waited.complete(get(patient.submit(key, () -> "waited"))));
        poller.setDaemon(true);
        poller.start();
        await("the poller waits", () -> poller.getState() == Thread.State.TIMED_WAITING);
        assertThat(waited).isNotDone();
        other.countDown();
        get(first);
        assertThat(get(waited)).isEqualTo("waited");
    }

    @Test
    void ruleE08_callersTurnComesOnItsThread() throws Exception {
        EventIsolation isolation = opened(Settings.USUAL);
        StorageKey key = freshKey();
        CountDownLatch gate = gate();
        ConcurrentLinkedQueue<String> journal = new ConcurrentLinkedQueue<>();
        CompletionStage<String> first = occupy(isolation, key, gate);
        CompletionStage<Boolean> second = isolation.submit(key, () -> journal.add("second"));
        CompletableFuture<Thread> called = new CompletableFuture<>();
        Thread caller = caller(() -> called.complete(isolation.<Thread>call(key, () -> {
            journal.add("called");
            return Thread.currentThread();
        })));
        await("the caller waits", () -> caller.getState() == Thread.State.WAITING);
        CompletionStage<Boolean> last = isolation.submit(key, () -> journal.add("last"));

        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread interrupted = caller(() -> {
            try {
                ended.complete(new AssertionError(isolation.<Boolean>call(key, () -> journal.add("interrupted"))));
            } catch (InterruptedCallException e) {
                ended.complete(
                        Thread.currentThread().isInterrupted()
                                ? e
                                : new AssertionError("the interrupt flag was not set", e));
            }
        });
        await("another caller waits", () -> interrupted.getState() == Thread.State.WAITING);
        interrupted.interrupt();
        assertThat(get(ended)).isInstanceOf(InterruptedCallException.class);
        gate.countDown();
        get(first);
        get(second);
        get(last);
        assertThat(get(called)).isSameAs(caller);
        assertThat(journal).containsExactly("second", "called", "last");
    }

    /** Something that may throw. */
    interface Step {
        void run() throws Exception;
    }

    final Thread caller(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void ruleE09_drainReportsWhetherAllHaveRun() throws Exception {
        EventIsolation isolation = opened(Settings.USUAL);
        StorageKey key = freshKey();
        CountDownLatch gate = gate();
        CompletionStage<String> first = occupy(isolation, key, gate);
        CompletionStage<String> second = isolation.submit(key, () -> "second");
        assertThat(isolation.drain(Duration.ofMillis(20))).isFalse();
        assertThat(failure(isolation.submit(freshKey(), () -> "late"))).isInstanceOf(IsolationClosedException.class);
        gate.countDown();
        assertThat(isolation.drain(timeout())).isTrue();
        assertThat(first.toCompletableFuture()).isDone();
        assertThat(get(second)).isEqualTo("second");
    }

    @Test
    void ruleE10_closedRunsNothingNew() throws Exception {
        EventIsolation isolation = opened(Settings.USUAL);
        StorageKey key = freshKey();
        CountDownLatch gate = gate();
        AtomicBoolean ran = new AtomicBoolean();
        CompletionStage<String> running = occupy(isolation, key, gate);
        CompletionStage<Boolean> waiting = isolation.submit(key, () -> ran.compareAndSet(false, true));
        CompletableFuture<Throwable> calling = new CompletableFuture<>();
        Thread caller = caller(() -> {
            try {
                calling.complete(new AssertionError(isolation.<String>call(key, () -> "called")));
            } catch (IsolationClosedException e) {
                calling.complete(e);
            }
        });
        await("the caller waits", () -> caller.getState() == Thread.State.WAITING);
        isolation.close();
        isolation.close();
        assertThat(failure(waiting)).isInstanceOf(IsolationClosedException.class);
        assertThat(get(calling)).isInstanceOf(IsolationClosedException.class);
        assertThat(failure(isolation.submit(key, () -> "late"))).isInstanceOf(IsolationClosedException.class);
        assertThatThrownBy(() -> isolation.call(key, () -> "late")).isInstanceOf(IsolationClosedException.class);
        assertThat(running.toCompletableFuture()).isNotDone();
        gate.countDown();
        assertThat(get(running)).isEqualTo("occupied");
        assertThat(isolation.drain(timeout())).isTrue();
        assertThat(ran).isFalse();
    }

    @Test
    void ruleE11_heldUntilTheHandlerEnds() {
        EventIsolation isolation = opened(Settings.USUAL);
        StorageKey key = freshKey();
        AtomicInteger lost = new AtomicInteger();
        List<ConversationLease> leases = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CompletionStage<Boolean> held = isolation.submit(key, lease -> {
                lease.onLost(lost::incrementAndGet);
                leases.add(lease);
                return lease.isHeld();
            });
            assertThat(get(held)).isTrue();
            assertThat(leases).noneMatch(ConversationLease::isHeld);
        }
        assertThat(lost).hasValue(0);
    }

    @Test
    void ruleE12_manyWaitingLetOthersIn() {
        EventIsolation isolation = opened(Settings.USUAL.withThreads(1));
        StorageKey busy = freshKey();
        CountDownLatch gate = gate();
        AtomicInteger before = new AtomicInteger();
        CompletionStage<String> first = occupy(isolation, busy, gate);
        List<CompletionStage<Integer>> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(isolation.submit(busy, before::incrementAndGet));
        }
        CompletionStage<Integer> other = isolation.submit(freshKey(), before::get);
        gate.countDown();
        get(first);
        assertThat(get(other)).isLessThan(100);
        many.forEach(this::get);
    }
}
