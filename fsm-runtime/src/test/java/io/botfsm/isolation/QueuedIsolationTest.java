package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Isolation in one process, beyond its specified rules: executors of all kinds, interrupts, and cleanup. */
@Timeout(60)
class QueuedIsolationTest {
    private static final StorageKey ONE = key(1);
    private static final StorageKey TWO = key(2);

    private final CountDownLatch gate = new CountDownLatch(1);
    private QueuedIsolation isolation = EventIsolation.builder().queued();

    private static StorageKey key(int user) {
        return StorageKey.bot("bot").chat(1).user(user).build();
    }

    @AfterEach
    void nothingIsLeft() {
        gate.countDown();
        Awaitility.await().until(() -> isolation.handlers() == 0 && isolation.conversations() == 0);
        isolation.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    private static Throwable failure(CompletionStage<?> stage) {
        try {
            Object result = stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
            throw new AssertionError("it did not fail: " + result);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not complete in time", e);
        }
    }

    /** Begins a handler that ends when the gate opens, and waits until it runs. */
    private CompletionStage<String> occupy(StorageKey key) {
        CountDownLatch begun = new CountDownLatch(1);
        CompletionStage<String> stage = isolation.submit(key, () -> {
            begun.countDown();
            gate.await();
            return "occupied";
        });
        awaitLatch(begun);
        return stage;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anExecutorThatRunsAtOnceDoesNotNestHandlers() {
        isolation = EventIsolation.builder()
                .executor(Runnable::run)
                .perConversation(20_000)
                .inTotal(20_000)
                .queued();
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        List<CompletionStage<Integer>> stages = new ArrayList<>();
        stages.add(isolation.submit(ONE, () -> {
            depth.incrementAndGet();
            for (int i = 1; i <= 10_000; i++) {
                int number = i;
                stages.add(isolation.submit(ONE, () -> {
                    deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                    depth.decrementAndGet();
                    return number;
                }));
            }
            depth.decrementAndGet();
            return 0;
        }));
        assertThat(stages)
                .hasSize(10_001)
                .allMatch(stage -> stage.toCompletableFuture().isDone());
        assertThat(get(stages.get(9_999))).isEqualTo(10_000);
        assertThat(get(stages.get(10_000))).isZero();
        assertThat(deepest).hasValue(1);
    }

    @Test
    void anExecutorThatRefusesFailsTheStageAndNothingElse() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        isolation = EventIsolation.builder()
                .executor(task -> {
                    if (refuses.get()) {
                        throw new RejectedExecutionException("full");
                    }
                    pool.execute(task);
                })
                .queued();
        assertThat(failure(isolation.submit(ONE, () -> "never")))
                .isInstanceOfSatisfying(
                        HandlerRejectedException.class, e -> assertThat(e.key()).isEqualTo(ONE))
                .hasMessageContaining(ONE.toString())
                .hasRootCauseInstanceOf(RejectedExecutionException.class);
        assertThat(isolation.conversations()).isZero();
        refuses.set(false);
        assertThat(get(isolation.submit(ONE, () -> "now"))).isEqualTo("now");
        pool.shutdown();
    }

    /** Their submissions were accepted, and the thread of the previous handler can run them. */
    @Test
    void anExecutorThatRefusesLaterStillRunsWhatItHasAThreadFor() {
        AtomicBoolean refuses = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        isolation = EventIsolation.builder()
                .executor(task -> {
                    if (refuses.get()) {
                        throw new RejectedExecutionException("full");
                    }
                    pool.execute(task);
                })
                .queued();
        CompletionStage<String> first = occupy(ONE);
        List<CompletionStage<String>> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(isolation.submit(ONE, () -> "run"));
        }
        refuses.set(true);
        gate.countDown();
        assertThat(get(first)).isEqualTo("occupied");
        assertThat(others).allSatisfy(stage -> assertThat(get(stage)).isEqualTo("run"));
        pool.shutdown();
    }

    /** A caller's own thread does not run the handlers of others. */
    @Test
    void afterACallersHandlerARefusalFailsTheNext() throws Exception {
        AtomicBoolean refuses = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        isolation = EventIsolation.builder()
                .executor(task -> {
                    if (refuses.get()) {
                        throw new RejectedExecutionException("full");
                    }
                    pool.execute(task);
                })
                .queued();
        List<CompletionStage<String>> behind = new ArrayList<>();
        assertThat(isolation.<String>call(ONE, () -> {
                    behind.add(isolation.submit(ONE, () -> "never"));
                    refuses.set(true);
                    return "called";
                }))
                .isEqualTo("called");
        assertThat(failure(behind.get(0))).isInstanceOf(HandlerRejectedException.class);
        pool.shutdown();
    }

    @Test
    void anExecutorThatRefusesWhatItRunsDoesNoHarm() {
        Executor both = task -> {
            task.run();
            throw new RejectedExecutionException("after the fact");
        };
        isolation = EventIsolation.builder().executor(both).queued();
        for (int i = 0; i < 3; i++) {
            assertThat(get(isolation.submit(ONE, () -> "run"))).isEqualTo("run");
            assertThat(isolation.conversations()).isZero();
            assertThat(isolation.handlers()).isZero();
        }
    }

    @Test
    void anInterruptEndsTheWaitOfACallerAndItsPlace() throws Exception {
        CompletionStage<String> first = occupy(ONE);
        AtomicBoolean ran = new AtomicBoolean();
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                ended.complete(new AssertionError(isolation.<Object>call(ONE, () -> {
                    ran.set(true);
                    return "";
                })));
            } catch (Throwable e) {
                ended.complete(
                        Thread.currentThread().isInterrupted()
                                ? e
                                : new AssertionError("the interrupt flag was not set", e));
            }
        });
        waiting.start();
        Awaitility.await().until(() -> isolation.handlers() == 2);
        waiting.interrupt();
        assertThat(get(ended)).isInstanceOfSatisfying(InterruptedCallException.class, e -> {
            assertThat(e.key()).isEqualTo(ONE);
            assertThat(e.mayBeApplied()).isFalse();
        });
        assertThat(isolation.handlers()).isEqualTo(1);
        CompletionStage<String> third = isolation.submit(ONE, () -> "third");
        gate.countDown();
        assertThat(get(first)).isEqualTo("occupied");
        assertThat(get(third)).isEqualTo("third");
        assertThat(ran).isFalse();
    }

    @Test
    void aCallersHandlerIsInterruptedAsUsual() throws Exception {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                isolation.call(ONE, () -> {
                    begun.countDown();
                    Thread.sleep(60_000);
                    return "";
                });
            } catch (Throwable e) {
                ended.complete(e);
            }
        });
        caller.start();
        awaitLatch(begun);
        caller.interrupt();
        assertThat(get(ended)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aCallerGetsWhatItsHandlerThrowsAsItIs() throws Exception {
        Exception thrown = new ExecutionException("checked", new IllegalStateException());
        assertThatThrownBy(() -> isolation.call(ONE, () -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(isolation.<Thread>call(ONE, Thread::currentThread)).isSameAs(Thread.currentThread());
        assertThat(isolation.<String>call(ONE, lease -> null)).isNull();
    }

    @Test
    void withinAHandlerNobodyWaits() {
        isolation = EventIsolation.builder()
                .inTotal(1)
                .submitTimeout(Duration.ofDays(1))
                .queued();
        Throwable full = get(isolation.submit(ONE, () -> failure(isolation.submit(TWO, () -> ""))));
        assertThat(full).isInstanceOf(BacklogFullException.class);
        assertThat(isolation.refused()).isEqualTo(1);
        Throwable refused = get(isolation.submit(ONE, () -> {
            try {
                return isolation.<Throwable>call(TWO, () -> new AssertionError("called"));
            } catch (IllegalStateException e) {
                return e;
            }
        }));
        assertThat(refused).isInstanceOf(IllegalStateException.class).hasMessageContaining(TWO.toString());
    }

    @Test
    void waitingForRoomCanBeInterrupted() throws Exception {
        isolation = EventIsolation.builder()
                .inTotal(1)
                .submitTimeout(Duration.ofDays(1))
                .queued();
        CompletionStage<String> first = occupy(ONE);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread poller = new Thread(() -> {
            Throwable failure = failure(minimal(isolation.submit(TWO, () -> "")));
            ended.complete(
                    Thread.interrupted() ? failure : new AssertionError("the interrupt flag was not set", failure));
        });
        poller.start();
        Awaitility.await().until(() -> poller.getState() == Thread.State.TIMED_WAITING);
        poller.interrupt();
        assertThat(get(ended)).isInstanceOf(InterruptedCallException.class);
        gate.countDown();
        assertThat(get(first)).isEqualTo("occupied");
    }

    /** Requires that the stage is done: the thread's interrupt flag would end a wait for it. */
    private static CompletionStage<?> minimal(CompletionStage<?> done) {
        assertThat(done.toCompletableFuture()).isDone();
        return done;
    }

    @Test
    void waitingForRoomEndsWithTheIsolation() throws Exception {
        isolation = EventIsolation.builder()
                .inTotal(1)
                .submitTimeout(Duration.ofDays(1))
                .queued();
        CompletionStage<String> first = occupy(ONE);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread poller = new Thread(() -> ended.complete(failure(isolation.submit(TWO, () -> ""))));
        poller.start();
        Awaitility.await().until(() -> poller.getState() == Thread.State.TIMED_WAITING);
        isolation.close();
        assertThat(get(ended)).isInstanceOf(IsolationClosedException.class);
        gate.countDown();
        assertThat(get(first)).isEqualTo("occupied");
    }

    @Test
    void whatHangsOnAStageRunsBeforeTheNextHandler() {
        ConcurrentLinkedQueue<String> journal = new ConcurrentLinkedQueue<>();
        CompletionStage<String> first = occupy(ONE);
        CompletionStage<Void> reply = first.thenAccept(value -> journal.add("reply"));
        CompletionStage<Boolean> second = isolation.submit(ONE, () -> journal.add("second"));
        gate.countDown();
        get(reply);
        get(second);
        assertThat(journal).containsExactly("reply", "second");
    }

    @Test
    void theLimitsInterruptReachesTheHandlerOnly() {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        isolation = EventIsolation.builder()
                .executor(pool)
                .handlerTimeout(Duration.ofMillis(50))
                .queued();
        CompletionStage<String> stuck = isolation.submit(ONE, () -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return "ended with the flag set";
        });
        CompletionStage<Boolean> flag =
                stuck.thenApply(value -> Thread.currentThread().isInterrupted());
        assertThat(get(isolation.submit(TWO, () -> Thread.currentThread().isInterrupted())))
                .isFalse();
        assertThat(get(stuck)).isEqualTo("ended with the flag set");
        assertThat(get(flag)).isFalse();
        pool.shutdown();
    }

    @Test
    void theLimitIsLogged() {
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.isolation");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            isolation = EventIsolation.builder()
                    .handlerTimeout(Duration.ofMillis(50))
                    .queued();
            CompletionStage<String> stuck = isolation.submit(ONE, () -> {
                gate.await();
                return "never";
            });
            CompletionStage<String> next = isolation.submit(ONE, () -> "next");
            assertThat(failure(stuck)).isInstanceOf(InterruptedException.class);
            assertThat(get(next)).isEqualTo("next");
            Awaitility.await().until(() -> !log.list.isEmpty());
            assertThat(log.list).singleElement().satisfies(event -> {
                assertThat(event.getLevel()).isEqualTo(Level.WARN);
                assertThat(event.getFormattedMessage()).contains(ONE.toString(), "PT0.05S");
            });
        } finally {
            logger.detachAppender(log);
        }
    }

    /** On a Java version without virtual threads, only tests that it has none. */
    @Test
    void virtualThreadsWillDo() throws Exception {
        if (Runtime.version().feature() < 21) {
            assertThatThrownBy(() -> Executors.class.getMethod("newVirtualThreadPerTaskExecutor"))
                    .isInstanceOf(NoSuchMethodException.class);
            return;
        }
        ExecutorService virtual = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        isolation =
                EventIsolation.builder().executor(virtual).perConversation(500).queued();
        CountDownLatch all = new CountDownLatch(500);
        List<Integer> journal = new ArrayList<>(); // guarded by the isolation alone
        List<CompletionStage<Boolean>> together = new ArrayList<>();
        List<CompletionStage<Boolean>> inOrder = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int number = i;
            together.add(isolation.submit(key(10 + i), () -> {
                all.countDown();
                return all.await(20, TimeUnit.SECONDS);
            }));
            inOrder.add(isolation.submit(ONE, () -> journal.add(number)));
        }
        assertThat(together).allSatisfy(stage -> assertThat(get(stage)).isTrue());
        inOrder.forEach(QueuedIsolationTest::get);
        assertThat(journal).hasSize(500).isSorted();
        assertThat(get(isolation.submit(TWO, () -> Thread.currentThread().toString())))
                .startsWith("VirtualThread");
        virtual.shutdown();
    }

    @Test
    void threadsEndWhenIdle() {
        Thread handlers = get(isolation.submit(ONE, Thread::currentThread));
        assertThat(handlers.getName()).startsWith("botfsm-handler");
        assertThat(handlers.isDaemon()).isTrue();
        Awaitility.await().until(() -> !handlers.isAlive());
    }

    @Test
    void wrongSettingsAreNamed() {
        EventIsolation.Builder builder = EventIsolation.builder();
        assertThatThrownBy(() -> builder.perConversation(0))
                .hasMessageContaining("perConversation")
                .hasMessageContaining("0");
        assertThatThrownBy(() -> builder.inTotal(-7))
                .hasMessageContaining("inTotal")
                .hasMessageContaining("-7");
        assertThatThrownBy(() -> builder.threads(0)).hasMessageContaining("threads");
        assertThatThrownBy(() -> builder.submitTimeout(Duration.ofSeconds(-1))).hasMessageContaining("PT-1S");
        assertThatThrownBy(() -> builder.handlerTimeout(Duration.ZERO)).hasMessageContaining("handlerTimeout");
        assertThatThrownBy(() -> builder.acquireTimeout(Duration.ofDays(2))).hasMessageContaining("PT48H");
        assertThatThrownBy(() -> builder.ttl(Duration.ofMillis(99))).hasMessageContaining("PT0.099S");
        assertThatThrownBy(() ->
                        EventIsolation.builder().ttl(Duration.ofSeconds(5)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ttl(PT5S)");
        assertThatThrownBy(() -> EventIsolation.builder()
                        .threads(3)
                        .executor(Runnable::run)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads(3)");
    }
}
