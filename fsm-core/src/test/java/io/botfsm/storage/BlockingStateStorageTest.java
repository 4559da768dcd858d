package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.botfsm.storage.StateStorage.Capability;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BlockingStateStorageTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final Mutation CHANGE = Mutation.builder().state("A").build();
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final Driver driver = new Driver();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private StateStorage storage(Duration deadline) {
        return StateStorage.blocking(driver, threads, deadline);
    }

    private static <T> T value(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<?> stage) throws Exception {
        try {
            throw new AssertionError("answered " + value(stage));
        } catch (ExecutionException e) {
            return e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
        }
    }

    private static StorageUnavailableException unavailable(CompletionStage<?> stage) throws Exception {
        Throwable failure = failure(stage);
        assertThat(failure).isInstanceOf(StorageUnavailableException.class);
        assertThat(((StorageUnavailableException) failure).key()).hasValue(KEY);
        return (StorageUnavailableException) failure;
    }

    @Test
    void answersAreTheDriversOnAThreadOfTheExecutor() throws Exception {
        AtomicReference<Thread> ran = new AtomicReference<>();
        Snapshot snapshot =
                Snapshot.builder().state(Optional.of("A")).version(7).build();
        driver.read = () -> {
            ran.set(Thread.currentThread());
            return snapshot;
        };
        driver.write = () -> Outcome.Fenced.of(9);
        assertThat(value(storage(LONG).read(KEY))).isSameAs(snapshot);
        assertThat(ran.get()).isNotSameAs(Thread.currentThread());
        assertThat(value(storage(LONG).write(KEY, CHANGE))).isEqualTo(Outcome.Fenced.of(9));
    }

    @Test
    void hangingReadFailsAtTheDeadline() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        driver.read = () -> {
            never.await();
            return Snapshot.none();
        };
        StorageUnavailableException failure = unavailable(storage(SHORT).read(KEY));
        assertThat(failure.mayBeApplied()).isFalse();
        assertThat(failure.timeout()).isEqualTo(SHORT);
        assertThat(failure).hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void hangingWriteMayBeApplied() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        driver.write = () -> {
            begun.countDown();
            never.await();
            return Outcome.Fenced.of(1);
        };
        CompletionStage<Outcome> answer = storage(Duration.ofMillis(500)).write(KEY, CHANGE);
        assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(unavailable(answer).mayBeApplied()).isTrue();
    }

    @Test
    void writeThatWaitedTooLongForAThreadNeverRuns() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        driver.write = () -> {
            ran.incrementAndGet();
            return Outcome.Fenced.of(1);
        };
        Queue<Runnable> queue = new ArrayDeque<>();
        StateStorage storage = StateStorage.blocking(driver, queue::add, SHORT);
        StorageUnavailableException failure = unavailable(storage.write(KEY, CHANGE));
        assertThat(failure.mayBeApplied()).isFalse();
        queue.forEach(Runnable::run);
        assertThat(ran).hasValue(0);
    }

    @Test
    void fullExecutorFailsAtOnceThroughTheStage() throws Exception {
        StateStorage storage = StateStorage.blocking(
                driver,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                LONG);
        assertThat(unavailable(storage.read(KEY)).mayBeApplied()).isFalse();
        StorageUnavailableException failure = unavailable(storage.write(KEY, CHANGE));
        assertThat(failure.mayBeApplied()).isFalse();
        assertThat(failure).hasCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void executorWithAnErrorOfItsOwnFailsThroughTheStageToo() throws Exception {
        StateStorage storage = StateStorage.blocking(
                driver,
                task -> {
                    throw new IllegalStateException("shut down");
                },
                LONG);
        assertThat(unavailable(storage.write(KEY, CHANGE)).mayBeApplied()).isFalse();
    }

    @Test
    void executorThatThrowsAnErrorFailsThroughTheStageToo() throws Exception {
        StateStorage storage = StateStorage.blocking(
                driver,
                task -> {
                    throw new InternalError("no thread");
                },
                LONG);
        StorageUnavailableException failure = unavailable(storage.write(KEY, CHANGE));
        assertThat(failure.mayBeApplied()).isFalse();
        assertThat(failure).hasCauseInstanceOf(InternalError.class);
    }

    /** What is reported as not written is not written later. */
    @Test
    void taskOfAnExecutorThatKeptWhatItRefusedNeverRuns() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        driver.write = () -> {
            ran.incrementAndGet();
            return Outcome.Fenced.of(1);
        };
        Queue<Runnable> queue = new ArrayDeque<>();
        StateStorage storage = StateStorage.blocking(
                driver,
                task -> {
                    queue.add(task);
                    throw new RejectedExecutionException("and kept");
                },
                LONG);
        assertThat(unavailable(storage.write(KEY, CHANGE)).mayBeApplied()).isFalse();
        queue.forEach(Runnable::run);
        assertThat(ran).hasValue(0);
    }

    @Test
    void answerOfATaskThatRanBeforeTheExecutorFailedCounts() throws Exception {
        driver.write = () -> Outcome.Fenced.of(1);
        StateStorage storage = StateStorage.blocking(
                driver,
                task -> {
                    task.run();
                    throw new IllegalStateException("afterwards");
                },
                LONG);
        assertThat(value(storage.write(KEY, CHANGE))).isEqualTo(Outcome.Fenced.of(1));
    }

    @Test
    void driverThatReturnsNullHasFailed() throws Exception {
        driver.read = () -> null;
        assertThat(unavailable(storage(LONG).read(KEY))).hasCauseInstanceOf(NullPointerException.class);
    }

    @Test
    void driversErrorsBecomeTheCause() throws Exception {
        for (Throwable error : List.of(
                new IOException("reset"),
                new IllegalStateException("closed"),
                new TimeoutException(),
                new StackOverflowError())) {
            driver.read = throwing(error);
            driver.write = throwing(error);
            StorageUnavailableException ofRead = unavailable(storage(LONG).read(KEY));
            assertThat(ofRead.mayBeApplied()).isFalse();
            assertThat(ofRead).hasCause(error);
            StorageUnavailableException ofWrite = unavailable(storage(LONG).write(KEY, CHANGE));
            assertThat(ofWrite.mayBeApplied()).isTrue();
            assertThat(ofWrite).hasCause(error);
        }
    }

    private static <T> Callable<T> throwing(Throwable error) {
        return () -> {
            if (error instanceof Error e) {
                throw e;
            }
            throw (Exception) error;
        };
    }

    @Test
    void typedErrorsArePassedOn() throws Exception {
        FsmException typed = new StorageRefusedException(KEY, "no right", false, null);
        driver.read = throwing(typed);
        driver.write = throwing(typed);
        assertThat(failure(storage(LONG).read(KEY))).isSameAs(typed);
        assertThat(failure(storage(LONG).write(KEY, CHANGE))).isSameAs(typed);
    }

    @Test
    void interruptIsPassedOnAndRestored() throws Exception {
        driver.write = () -> {
            throw new InterruptedException();
        };
        AtomicReference<Boolean> flag = new AtomicReference<>();
        StateStorage storage = StateStorage.blocking(
                driver,
                task -> threads.execute(() -> {
                    task.run();
                    flag.set(Thread.interrupted());
                }),
                LONG);
        StorageUnavailableException failure = unavailable(storage.write(KEY, CHANGE));
        assertThat(failure.mayBeApplied()).isTrue();
        assertThat(failure).hasCauseInstanceOf(InterruptedException.class);
        await().until(() -> flag.get() != null);
        assertThat(flag).hasValue(true);
    }

    @Test
    void closesTheDriverOnce() throws Exception {
        StateStorage storage = storage(LONG);
        storage.close();
        storage.close();
        assertThat(driver.closed).hasValue(1);
        assertThat(failure(storage.read(KEY))).isInstanceOf(StorageClosedException.class);
        assertThat(failure(storage.write(KEY, CHANGE))).isInstanceOf(StorageClosedException.class);
        assertThat(driver.calls).hasValue(0);
    }

    @Test
    void capabilitiesAreTheDrivers() {
        driver.capabilities = EnumSet.of(Capability.TTL);
        assertThat(storage(LONG).capabilities()).containsExactly(Capability.TTL);
    }

    @Test
    void extensionsAreTheDriversOnTheExecutor() {
        StateStorage storage = storage(LONG);
        assertThat(storage.extension(Runnable.class)).isEmpty();
        driver.extension = Optional.of(Executor.class);
        assertThat(storage.extension(Executor.class)).containsSame(threads);
        assertThat(storage.extension(Runnable.class)).isEmpty();
    }

    @Test
    void deadlineMustBePositive() {
        for (Duration wrong : new Duration[] {Duration.ZERO, Duration.ofNanos(-1)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> storage(wrong))
                    .withMessageContaining(wrong.toString());
        }
    }

    private static final class Driver implements BlockingStateStorage {
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private volatile Set<Capability> capabilities = Set.of();
        private volatile Optional<Class<?>> extension = Optional.empty();
        private volatile Callable<Snapshot> read = Snapshot::none;
        private volatile Callable<Outcome> write = () -> Outcome.Fenced.of(1);

        @Override
        public Snapshot read(StorageKey key) throws Exception {
            calls.incrementAndGet();
            return read.call();
        }

        @Override
        public Outcome write(StorageKey key, Mutation mutation) throws Exception {
            calls.incrementAndGet();
            return write.call();
        }

        @Override
        public Set<Capability> capabilities() {
            return capabilities;
        }

        @Override
        public <T> Optional<T> extension(Class<T> type, Executor forCalls) {
            return extension.filter(type::equals).map(any -> type.cast(forCalls));
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
