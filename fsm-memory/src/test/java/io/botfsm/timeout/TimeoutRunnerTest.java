package io.botfsm.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.Fsm;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Fires deadlines of conversations in memory. */
@Timeout(60)
class TimeoutRunnerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final StateStorage storage = new MemoryStateStorage();
    private final List<StorageKey> called = new CopyOnWriteArrayList<>();
    private final List<TimeoutRunner> started = new ArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(TimeoutRunner.class.getPackageName());
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() throws Exception {
        logger.detachAppender(log);
        for (TimeoutRunner runner : started) {
            runner.stopPolling();
            runner.drain(Duration.ofSeconds(10));
        }
    }

    private static StorageKey key(int user) {
        return StorageKey.bot(1).chat(user).user(user).build();
    }

    private static Fsm fsm(StateStorage of) {
        return Fsm.of(of);
    }

    /** Sets a deadline that has been due for this many seconds. */
    private static void isDue(Fsm fsm, int user, int seconds) {
        Fsm then = Fsm.builder(fsm.storage())
                .clock(() -> Instant.now().minusSeconds(seconds + 1L))
                .build();
        then.handle(key(user), turn -> turn.state("ASKED").timeout(SECOND));
    }

    /** Clears the deadline, if it is still there. */
    private boolean clear(Fsm fsm, StorageKey key, Instant deadline) {
        called.add(key);
        var unused = fsm.handle(
                key,
                turn -> turn.snapshot()
                        .deadline()
                        .filter(deadline::equals)
                        .map(held -> turn.clearTimeout()
                                .put("fired", turn.value("fired", Integer.class).orElse(0) + 1)));
        return true;
    }

    private TimeoutRunner start(TimeoutRunner.Builder settings, Fsm fsm, TimeoutHandler handler) {
        TimeoutRunner runner = settings.start(fsm, handler);
        started.add(runner);
        return runner;
    }

    private List<String> logged(Level level) {
        return log.list.stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void firesWhatIsDueTheLongestDueFirst() {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 10);
        isDue(fsm, 2, 30);
        isDue(fsm, 3, 20);
        fsm.handle(key(4), turn -> turn.state("ASKED").timeout(Duration.ofHours(1)));
        TimeoutRunner runner = start(TimeoutRunner.builder(1).threads(1), fsm, this::clear);
        Awaitility.await().until(() -> runner.fired() == 3);
        assertThat(called).containsExactly(key(2), key(3), key(1));
        assertThat(runner.failed()).isZero();
        assertThat(runner.backlog()).isZero();
        assertThat(runner.lateness()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(60));
        isDue(fsm, 5, 0);
        Awaitility.await().until(() -> called.contains(key(5)));
    }

    @Test
    void instancesShareTheWork() {
        Fsm fsm = fsm(storage);
        for (int user = 0; user < 3_000; user++) {
            isDue(fsm, user, 1);
        }
        CountDownLatch atWork = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            CountDownLatch first = new CountDownLatch(1);
            start(TimeoutRunner.builder(1), fsm(storage), (own, key, deadline) -> {
                synchronized (first) {
                    if (first.getCount() > 0) {
                        first.countDown();
                        atWork.countDown();
                    }
                }
                atWork.await(); // until each instance fires
                return clear(own, key, deadline);
            });
        }
        Awaitility.await().until(() -> called.size() >= 3_000);
        assertThat(called).doesNotHaveDuplicates().hasSize(3_000);
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class, OutOfMemoryError.class})
    void oneThatFailsIsRetriedAndHindersNoOther(Class<? extends Throwable> failure) {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 30);
        isDue(fsm, 2, 20);
        TimeoutRunner runner =
                start(TimeoutRunner.builder(1).threads(1).claim(SECOND), fsm, (fenced, key, deadline) -> {
                    if (key.equals(key(1))
                            && called.stream().filter(key::equals).count() < 2) {
                        called.add(key);
                        TimeoutRunnerTest.<RuntimeException>fail(
                                failure.getDeclaredConstructor().newInstance());
                    }
                    return clear(fenced, key, deadline);
                });
        Awaitility.await().until(() -> runner.fired() == 2);
        assertThat(called).containsExactly(key(1), key(2), key(1), key(1));
        assertThat(runner.failed()).isEqualTo(2);
        assertThat(logged(Level.WARN)).hasSize(2).allMatch(line -> line.contains(key(1).toString()));
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void fail(Throwable failure) throws X {
        throw (X) failure;
    }

    @Test
    void whereEveryHandlerFailsTheLogIsNotFlooded() {
        Fsm fsm = fsm(storage);
        for (int user = 0; user < 15; user++) {
            isDue(fsm, user, 1);
        }
        TimeoutRunner runner = start(TimeoutRunner.builder(1).threads(1), fsm, (fenced, key, deadline) -> {
            throw new IllegalStateException("nothing can be sent");
        });
        Awaitility.await().until(() -> runner.failed() == 15);
        assertThat(logged(Level.WARN)).hasSize(11).last().asString().contains("10 timeouts in a row have failed");
    }

    /** A queue whose storage is unavailable for a while. */
    private static final class Unavailable extends ForwardingStateStorage implements DeadlineQueue {
        private final DeadlineQueue queue;
        final AtomicBoolean isAway = new AtomicBoolean();
        final AtomicBoolean isReadOnly = new AtomicBoolean();
        final Semaphore refused = new Semaphore(0);

        Unavailable(StateStorage storage) {
            super(storage);
            this.queue = storage.extension(DeadlineQueue.class).orElseThrow();
        }

        @Override
        public <T> Optional<T> extension(Class<T> type) {
            return type == DeadlineQueue.class ? Optional.of(type.cast(this)) : super.extension(type);
        }

        @Override
        public List<DueConversation> due(Object bot, int limit) {
            if (isAway.get()) {
                refused.release();
                throw new StorageUnavailableException("the storage is unavailable", SECOND, null);
            }
            return queue.due(bot, limit);
        }

        @Override
        public boolean defer(DueConversation due, Instant until) {
            if (isReadOnly.get()) {
                refused.release();
                throw new StorageUnavailableException("the storage is read-only", SECOND, null);
            }
            return queue.defer(due, until);
        }

        @Override
        public MendReport mend(ConversationFilter filter) {
            return queue.mend(filter);
        }
    }

    @Test
    void anOutageIsWaitedForAndLoggedWhenItBeginsAndEnds() throws Exception {
        Unavailable unavailable = new Unavailable(storage);
        unavailable.isAway.set(true);
        Fsm fsm = fsm(unavailable);
        isDue(fsm, 1, 1);
        TimeoutRunner runner = start(TimeoutRunner.builder(1), fsm, this::clear);
        assertThat(unavailable.refused.tryAcquire(3, 30, TimeUnit.SECONDS)).isTrue();
        assertThat(called).isEmpty();
        unavailable.isAway.set(false);
        Awaitility.await().until(() -> runner.fired() == 1);
        assertThat(logged(Level.WARN)).hasSize(1).first().asString().contains("the storage is unavailable");
        assertThat(logged(Level.INFO)).hasSize(1).first().asString().contains("fired again");
    }

    @Test
    void anOutageIsNotOverWhileTheStorageRefusesWrites() throws Exception {
        Unavailable unavailable = new Unavailable(storage);
        unavailable.isReadOnly.set(true);
        Fsm fsm = fsm(unavailable);
        isDue(fsm, 1, 1);
        TimeoutRunner runner = start(TimeoutRunner.builder(1), fsm, this::clear);
        assertThat(unavailable.refused.tryAcquire(4, 30, TimeUnit.SECONDS)).isTrue();
        assertThat(logged(Level.WARN)).hasSize(1).first().asString().contains("read-only");
        assertThat(logged(Level.INFO)).isEmpty();
        unavailable.isReadOnly.set(false);
        Awaitility.await().until(() -> runner.fired() == 1);
        assertThat(logged(Level.INFO)).hasSize(1).first().asString().contains("fired again");
    }

    @Test
    void anOutageThatHandlersReportIsOverWhenOneHasSucceeded() {
        Fsm fsm = fsm(storage);
        for (int user = 0; user < 5; user++) {
            isDue(fsm, user, 1);
        }
        TimeoutRunner runner = start(TimeoutRunner.builder(1).threads(1).claim(SECOND), fsm, (own, key, deadline) -> {
            if (called.size() < 5) {
                called.add(key);
                throw new StorageUnavailableException("unavailable", SECOND, null);
            }
            return clear(own, key, deadline);
        });
        Awaitility.await().until(() -> runner.fired() == 5);
        assertThat(logged(Level.WARN)).hasSize(1);
        assertThat(logged(Level.INFO)).hasSize(1);
    }

    @Test
    void whatTheHandlerLeavesAsItIsWaitsLongerEachTimeAndIsNoFailure() {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 1);
        List<Instant> calls = new CopyOnWriteArrayList<>();
        TimeoutRunner runner = start(TimeoutRunner.builder(1).claim(SECOND), fsm, (own, key, deadline) -> {
            calls.add(Instant.now());
            return calls.size() == 3 && clear(own, key, deadline);
        });
        Awaitility.await().until(() -> runner.fired() == 1);
        assertThat(Duration.between(calls.get(1), calls.get(2)))
                .as("the second pause is of two claims")
                .isGreaterThanOrEqualTo(SECOND.plusMillis(900));
        assertThat(runner.failed()).isZero();
        assertThat(logged(Level.WARN)).isEmpty();
    }

    @Test
    void aDeadlineThatIsSetLaterHasNoPartInEarlierFailures() {
        FailedTimeouts failures = new FailedTimeouts(SECOND);
        Instant now = Instant.now();
        DueConversation first = DueConversation.of(key(1), now, 1, now);
        DueConversation redelivery = DueConversation.of(key(1), now.plusSeconds(60), 2, now.plusSeconds(60));
        DueConversation later = DueConversation.of(key(1), now.plusSeconds(90), 3, now.plusSeconds(90));
        assertThat(failures.failed(first, redelivery.deadline(), now).times()).isEqualTo(1);
        assertThat(failures.notBefore(redelivery, now)).contains(now.plusSeconds(1));
        assertThat(failures.failed(redelivery, redelivery.deadline(), now).times())
                .as("the handler set it before it failed")
                .isEqualTo(2);
        assertThat(failures.notBefore(redelivery, now)).contains(now.plusSeconds(2));
        assertThat(failures.notBefore(later, now)).isEmpty();
        assertThat(failures.failed(later, later.deadline(), now).times()).isEqualTo(1);
    }

    /** As a flow does if its replies cannot be sent. */
    @Test
    void aHandlerThatSetsADeadlineAndFailsIsNotCalledMoreOften() {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 1);
        TimeoutRunner runner = start(TimeoutRunner.builder(1).claim(SECOND), fsm, (own, key, deadline) -> {
            if (called.size() == 3) {
                return clear(own, key, deadline);
            }
            called.add(key);
            own.handle(key, turn -> turn.timeout(SECOND));
            throw new IllegalStateException("not sent");
        });
        Awaitility.await().until(() -> runner.fired() == 1);
        assertThat(logged(Level.WARN)).hasSize(3).last().asString().contains("attempt 3");
    }

    @Test
    void aClockThatIsDaysAheadFiresNothingAndIsNamed() {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 1);
        InstantSource wrong = () -> Instant.now().plus(Duration.ofDays(2));
        TimeoutRunner runner = start(TimeoutRunner.builder(1).clock(wrong), fsm, this::clear);
        Awaitility.await().until(() -> !logged(Level.WARN).isEmpty());
        assertThat(logged(Level.WARN)).hasSize(1).first().asString().contains("clock is more than 24 hours ahead");
        assertThat(runner.fired()).isZero();
    }

    @Test
    void whatTheHandlerLeavesUndoneWhileTheStorageIsUnavailableIsNoFailureOfItsOwn() {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 1);
        TimeoutRunner runner = start(TimeoutRunner.builder(1).claim(SECOND), fsm, (fenced, key, deadline) -> {
            if (called.size() < 3) {
                called.add(key);
                throw new StorageUnavailableException("unavailable", SECOND, null);
            }
            return clear(fenced, key, deadline);
        });
        Awaitility.await().until(() -> runner.fired() == 1);
        assertThat(runner.failed()).isEqualTo(3);
        assertThat(logged(Level.WARN)).allMatch(line -> line.contains("trying again"));
    }

    @Test
    void nothingBeginsAfterTheStopAndWhatRunsIsWaitedFor() throws Exception {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 2);
        isDue(fsm, 2, 1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TimeoutRunner runner = TimeoutRunner.builder(1).threads(1).start(fsm, (fenced, key, deadline) -> {
            begun.countDown();
            go.await();
            return clear(fenced, key, deadline);
        });
        begun.await();
        runner.stopPolling();
        assertThatThrownBy(() -> runner.drain(Duration.ofMillis(10))).isInstanceOf(TimeoutException.class);
        go.countDown();
        runner.drain(Duration.ofSeconds(30));
        assertThat(called).containsExactly(key(1));
        assertThat(runner.ended().toCompletableFuture()).isNotDone();
        assertThat(storage.extension(DeadlineQueue.class).orElseThrow().due(1, 10))
                .as("not claimed")
                .extracting(DueConversation::key)
                .containsExactly(key(2));
    }

    /** A lease that lasts until a test ends it. */
    private static final class OwnLease implements Lease {
        private final List<Consumer<? super LossReason>> onLost = new CopyOnWriteArrayList<>();
        private volatile boolean held = true;
        private volatile long fenced;

        void lose() {
            held = false;
            onLost.forEach(callback -> callback.accept(LossReason.EXPIRED));
        }

        @Override
        public boolean isHeld() {
            return held;
        }

        @Override
        public long fencingToken() {
            return 7;
        }

        @Override
        public LockHolder holder() {
            return new LockHolder("this", "host-a", 1, Instant.EPOCH, Duration.ofSeconds(30));
        }

        @Override
        public void onExpiring(Runnable once) {}

        @Override
        public void onLost(Consumer<? super LossReason> once) {
            onLost.add(once);
        }

        @Override
        public void fenced(long highestSeen) {
            fenced = highestSeen;
            lose();
        }

        @Override
        public void close() {
            held = false;
        }
    }

    @Test
    void isFencedByTheLeaseAndEndsWithIt() {
        Fsm fsm = fsm(storage);
        isDue(fsm, 1, 1);
        OwnLease lease = new OwnLease();
        TimeoutRunner runner = TimeoutRunner.builder(1).start(lease, fsm, this::clear);
        Awaitility.await().until(() -> runner.fired() == 1);
        fsm.fencedBy(8).handle(key(2), turn -> turn.state("ASKED").timeout(Duration.ofMillis(10)));
        Awaitility.await().until(() -> lease.fenced == 8);
        assertThat(runner.failed()).isOne();
        Awaitility.await().until(() -> logged(Level.INFO).contains("The lease is lost: no more timeouts are fired"));
        assertThat(runner.ended().toCompletableFuture()).isNotDone();
    }

    @Test
    void nothingIsFiredWhileTheLeaseIsNotHeld() throws Exception {
        Fsm fsm = fsm(storage);
        OwnLease lease = new OwnLease();
        lease.held = false;
        TimeoutRunner runner = TimeoutRunner.builder(1).start(lease, fsm, this::clear);
        started.add(runner);
        isDue(fsm, 1, 1);
        Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> called.isEmpty());
        lease.held = true;
        Awaitility.await().until(() -> called.size() == 1);
    }

    @Test
    void firesAsOftenAsItIsPermitted() throws Exception {
        Fsm fsm = fsm(storage);
        for (int user = 0; user < 20; user++) {
            isDue(fsm, user, 2); // more than the second below, since a deadline is rounded up to 10 ms
        }
        Semaphore permissions = new Semaphore(0);
        Semaphore refusals = new Semaphore(0);
        List<TimeoutRunner> notified = new ArrayList<>();
        TimeoutRunner runner = start(
                TimeoutRunner.builder(1).onStart(notified::add).permission(() -> {
                    boolean may = permissions.tryAcquire();
                    if (!may) {
                        refusals.release();
                    }
                    return may;
                }),
                fsm,
                this::clear);
        refusals.acquire();
        assertThat(notified).containsExactly(runner);
        assertThat(runner.isRunning()).isTrue();
        assertThat(runner.backlog()).isEqualTo(20);
        assertThat(runner.waitingFor()).isBetween(SECOND, Duration.ofSeconds(60));
        Duration waitingFor = runner.waitingFor();
        Awaitility.await().until(() -> runner.waitingFor().compareTo(waitingFor) > 0);
        permissions.release(5);
        Awaitility.await().until(() -> runner.fired() == 5);
        refusals.drainPermits();
        refusals.acquire(2);
        assertThat(called).hasSize(5);
        assertThat(runner.backlog()).isEqualTo(15);
        permissions.release(100);
        Awaitility.await().until(() -> runner.fired() == 20);
        assertThat(runner.waitingFor()).isZero();
        runner.stopPolling();
        assertThat(runner.isRunning()).isFalse();
    }

    /** The storage's clock is right; the clock of the turn and the runner is wrong. */
    @ParameterizedTest
    @ValueSource(ints = {-600, -30, 30, 600})
    void aClockThatIsWrongShortensOrProlongsClaimsAndNothingElse(int ahead) throws Exception {
        InstantSource wrong = () -> Instant.now().plusSeconds(ahead);
        Fsm fsm = Fsm.builder(storage).clock(wrong).build();
        fsm.handle(key(1), turn -> turn.state("ASKED").timeout(Duration.ofSeconds(1 + Math.max(0, -ahead))));
        Instant deadline = fsm.context(key(1)).read().snapshot().deadline().orElseThrow();
        if (ahead > 0) { // due later by the storage's clock: not waited for here
            isDue(fsm, 1, 0);
            deadline = fsm.context(key(1)).read().snapshot().deadline().orElseThrow();
        }
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Instant expected = deadline;
        TimeoutRunner runner = start(TimeoutRunner.builder(1).clock(wrong), fsm, (fenced, key, due) -> {
            assertThat(due).isEqualTo(expected);
            begun.countDown();
            go.await();
            return clear(fenced, key, due);
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        DeadlineQueue queue = storage.extension(DeadlineQueue.class).orElseThrow();
        assertThat(queue.due(1, 10)).as("claimed").isEmpty();
        go.countDown();
        Awaitility.await().until(() -> runner.fired() == 1);
        assertThat(logged(Level.WARN)).isEmpty();
    }

    @Test
    void endsWithItsStorage() {
        TimeoutRunner runner = start(TimeoutRunner.builder(1), fsm(storage), this::clear);
        storage.close();
        assertThat(runner.ended().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(StorageClosedException.class);
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> TimeoutRunner.builder(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeoutRunner.builder(1).threads(0))
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeoutRunner.builder(1).claim(Duration.ofMillis(999)))
                .withMessageContaining("PT0.999S");
        StateStorage without = new ForwardingStateStorage(storage) {
            @Override
            public <T> Optional<T> extension(Class<T> type) {
                return Optional.empty();
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeoutRunner.builder(1).start(fsm(without), this::clear))
                .withMessageContaining("DeadlineQueue");
    }
}
