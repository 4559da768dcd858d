package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.LossReason;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

/** Polling continues, or reports its end, whatever the application's code does on its threads. */
@Timeout(120)
class ApplicationFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private final BotApiDouble telegram =
            BotApiDouble.builder().conflictPause(Duration.ofMillis(10)).start();
    private final BotToken token = BotToken.of(telegram.token());
    private final ManualLease lease = new ManualLease();
    private final Fsm fsm = Fsm.of(new MemoryStateStorage());
    private final ComposedHandler handler = new ComposedHandler();
    private final PollingSession.Builder polling = PollingSession.builder(token).server(telegram.uri());
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final TelegramUser alice = telegram.user(1);
    private final TelegramUser bob = telegram.user(2);
    private @Nullable PollingSession session;

    ApplicationFaultsTest() {
        polling.pollBackoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0);
        polling.failureBackoff = new Backoff(Duration.ofMillis(5), Duration.ofMillis(50), () -> 0);
        polling.outageBackoff = polling.failureBackoff;
    }

    private PollingSession start(UpdateHandler handle) {
        handler.handle = handle;
        PollingSession started = polling.start(lease, fsm, handler);
        session = started;
        return started;
    }

    @AfterEach
    void stop() throws Exception {
        if (session != null) {
            session.stopPolling();
            session.drain(DRAIN);
        }
        telegram.close();
    }

    private void write(Fsm fsm, StorageKey key, Update update) {
        handled.add(update.getMessage().getText());
    }

    private void awaitHandled(String... texts) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(handled).containsExactly(texts));
    }

    private void awaitPolls(int more) {
        int before = telegram.polls().size();
        await().atMost(PATIENCE).until(() -> telegram.polls().size() >= before + more);
    }

    private void awaitConfirmed() {
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
    }

    // On the thread that polls.

    /** What a listener may do to the thread that calls it. */
    enum Misdeed implements Consumer<PollingConflict> {
        LEAVES_THE_INTERRUPT_FLAG_SET {
            @Override
            public void accept(PollingConflict conflict) {
                Thread.currentThread().interrupt();
            }
        },
        THROWS_AN_ERROR {
            @Override
            public void accept(PollingConflict conflict) {
                throw new NoClassDefFoundError("alerts");
            }
        },
        DIES {
            @Override
            @SuppressWarnings("removal")
            public void accept(PollingConflict conflict) {
                throw new ThreadDeath();
            }
        },
        DIES_INTERRUPTED {
            @Override
            public void accept(PollingConflict conflict) {
                Thread.currentThread().interrupt();
                throw new OutOfMemoryError("no more");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListenerForConflictsDoesNotEndPolling(Misdeed misdeed) {
        AtomicInteger conflicts = new AtomicInteger();
        polling.onConflict(conflict -> {
            conflicts.incrementAndGet();
            misdeed.accept(conflict);
        });
        telegram.next("getUpdates", 2, Fault.status(409, "Conflict: terminated by other getUpdates request"));
        PollingSession polled = start(this::write);
        alice.says("a1");

        awaitHandled("a1");
        assertThat(conflicts).hasValue(2);
        awaitConfirmed();
        assertThat(polled.ended().toCompletableFuture()).isNotDone();
    }

    /** The executor runs handlers on the polling thread, as one with a caller-runs policy may. */
    @Test
    void anInterruptThatAHandlerLeavesIsNotTheNextOnes() {
        polling.executor(Runnable::run);
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        alice.says("a1");
        bob.says("b1");
        start((fenced, key, update) -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            write(fenced, key, update);
            Thread.currentThread().interrupt();
        });
        awaitHandled("a1", "b1");
        assertThat(interrupted).containsExactly(false, false);
    }

    @Test
    void whatNobodyHasThoughtOfEndsPollingAndSaysSo() {
        ManualLease broken = new ManualLease() {
            @Override
            public boolean isHeld() {
                throw new LinkageError("a lease of the application's own");
            }
        };
        PollingSession polled = polling.start(broken, fsm, handler);
        assertThat(polled.ended().toCompletableFuture())
                .failsWithin(PATIENCE)
                .withThrowableOfType(Exception.class)
                .withCauseInstanceOf(LinkageError.class);
    }

    @Test
    void whatCannotWatchItsLeaseDoesNotPoll() {
        ManualLease broken = new ManualLease() {
            @Override
            public void onLost(Consumer<? super LossReason> once) {
                throw new IllegalStateException("no callbacks");
            }
        };
        assertThatThrownBy(() -> polling.start(broken, fsm, handler)).isInstanceOf(IllegalStateException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("botfsm-telegram-polling");
    }

    /** When the thread is interrupted, it ends: the pending call never completes, and each later one fails. */
    @Test
    void theThreadOfTheHttpClientIsReplaced() {
        polling.longPollTimeout = Duration.ofSeconds(1);
        start(this::write);
        alice.says("a1");
        awaitHandled("a1");
        selectors().forEach(Thread::interrupt);
        bob.says("b1");

        awaitHandled("a1", "b1");
        awaitConfirmed();
    }

    private static java.util.stream.Stream<Thread> selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager"));
    }

    // On the threads of handlers.

    @Test
    void anExecutorThatRefusesWhatItHasRunHasRunIt() {
        polling.executor(task -> {
            task.run();
            throw new IllegalStateException("after it has run it");
        });
        alice.says("a1");
        alice.says("a2");
        start(this::write);
        awaitHandled("a1", "a2");
        awaitConfirmed();
        assertThat(handled).containsExactly("a1", "a2");
    }

    @Test
    void anExecutorThatRefusesWhatItRunsRunsItOnceAndIsWaitedFor() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        polling.executor(task -> {
            new Thread(task, "handler").start();
            awaitUninterrupted(begun);
            throw new OutOfMemoryError("no thread for the next one");
        });
        alice.says("a1");
        PollingSession polled = start((fenced, key, update) -> {
            runs.incrementAndGet();
            begun.countDown();
            go.await();
            write(fenced, key, update);
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        awaitPolls(3); // each takes longer than any pause here
        assertThat(runs).hasValue(1);
        polled.stopPolling();
        assertThatThrownBy(() -> polled.drain(Duration.ofMillis(50))).isInstanceOf(TimeoutException.class);
        go.countDown();
        polled.drain(DRAIN);
        assertThat(handled).containsExactly("a1");
    }

    /** Throws at first; then runs each handler, and fails its stage afterwards. */
    private static class LyingIsolation implements EventIsolation {
        final AtomicInteger refusals;

        LyingIsolation(int refusals) {
            this.refusals = new AtomicInteger(refusals);
        }

        @Override
        public <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> run) {
            if (refusals.getAndDecrement() > 0) {
                throw new NoClassDefFoundError("isolation");
            }
            try {
                var unused = EventIsolation.inProcess().call(key, run);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return CompletableFuture.failedFuture(new IllegalStateException("after it has run it"));
        }

        @Override
        public <T extends @Nullable Object> T call(StorageKey key, Handler<T> run) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int handlers() {
            return 0;
        }

        @Override
        public int conversations() {
            return 0;
        }

        @Override
        public long refused() {
            return 0;
        }

        @Override
        public boolean drain(Duration timeout) {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void anIsolationThatFailsForWhatItHasRunHasRunIt() {
        polling.isolation(new LyingIsolation(0));
        alice.says("a1");
        alice.says("a2");
        start(this::write);
        awaitHandled("a1", "a2");
        awaitConfirmed();
        assertThat(handled).containsExactly("a1", "a2");
    }

    @Test
    void anIsolationThatThrowsAnErrorIsTriedAgain() {
        polling.isolation(new LyingIsolation(2));
        alice.says("a1");
        PollingSession polled = start(this::write);
        awaitHandled("a1");
        assertThat(polled.ended().toCompletableFuture()).isNotDone();
    }

    /** Logback catches the exceptions of an appender, but not its errors. */
    @Test
    void anAppenderThatThrowsBlocksNoConversation() {
        AtomicBoolean full = new AtomicBoolean(true);
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (full.get() && Thread.currentThread().getName().equals("botfsm-handler")) {
                    throw new StackOverflowError("in an appender");
                }
            }
        };
        Logger log = (Logger) LoggerFactory.getLogger(PollingSession.class.getPackageName());
        appender.start();
        log.addAppender(appender);
        AtomicInteger failures = new AtomicInteger(2);
        try {
            alice.says("a1");
            start((fenced, key, update) -> {
                if (failures.getAndDecrement() > 0) {
                    throw new IllegalStateException("not yet");
                }
                write(fenced, key, update);
            });
            await().dontCatchUncaughtExceptions() // the appender's
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(handled).containsExactly("a1"));
        } finally {
            log.detachAppender(appender);
        }
        awaitConfirmed();
    }

    // Handlers that hang.

    private void hang(CountDownLatch begun, CountDownLatch go, int hanging) {
        for (int user = 101; user <= 100 + hanging; user++) {
            telegram.user(user).says("hang");
        }
        start((fenced, key, update) -> {
            if (update.getMessage().getText().equals("hang")) {
                begun.countDown();
                go.await();
            }
            write(fenced, key, update);
        });
    }

    private static int ownThreads() {
        return Math.max(16, 4 * Runtime.getRuntime().availableProcessors());
    }

    @Test
    void asManyHangingHandlersAsThreadsStopEverybody() throws Exception {
        CountDownLatch begun = new CountDownLatch(ownThreads());
        CountDownLatch go = new CountDownLatch(1);
        hang(begun, go, ownThreads());
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        alice.says("a1");
        awaitPolls(3); // the update has been received
        assertThat(handled).isEmpty();
        go.countDown();
        await().atMost(PATIENCE).until(() -> handled.contains("a1"));
    }

    @Test
    void moreThreadsLetOthersGoOn() throws Exception {
        CountDownLatch begun = new CountDownLatch(ownThreads());
        CountDownLatch go = new CountDownLatch(1);
        polling.threads(ownThreads() + 1);
        hang(begun, go, ownThreads());
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        alice.says("a1");
        awaitHandled("a1");
        go.countDown();
    }

    /** Virtual threads where the JDK has them. */
    private static ExecutorService threadForEach() throws ReflectiveOperationException {
        return Runtime.version().feature() >= 21
                ? (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null)
                : Executors.newCachedThreadPool();
    }

    @Test
    void aThreadForEachLetsOthersGoOnUntilTheWindowIsFull() throws Exception {
        CountDownLatch begun = new CountDownLatch(99);
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = threadForEach();
        polling.executor(threads);
        hang(begun, go, 99);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        alice.says("a1");
        awaitHandled("a1");
        bob.says("b1"); // the 101st that is not confirmed
        awaitPolls(3);
        assertThat(handled).containsExactly("a1");
        go.countDown();
        await().atMost(PATIENCE).until(() -> handled.contains("b1"));
        awaitConfirmed();
        threads.shutdown();
    }

    @Test
    void aHandlerThatRunsForTooLongIsInterruptedAndTriedAgain() {
        polling.handlerTimeout(Duration.ofMillis(200)).threads(1);
        AtomicInteger hangs = new AtomicInteger(1);
        alice.says("a1");
        start((fenced, key, update) -> {
            if (hangs.getAndDecrement() > 0) {
                new CountDownLatch(1).await();
            }
            write(fenced, key, update);
        });
        bob.says("b1");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("a1", "b1"));
        awaitConfirmed();
    }

    /** A rejection by the executor never counts, even if handlers have a timeout and other conversations succeed. */
    @Test
    void anExecutorThatRefusesUnderATimeoutIsTriedAgain() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        handler.deadLetters = dead::add;
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch othersSucceed = new CountDownLatch(1);
        polling.attempts(1).handlerTimeout(Duration.ofSeconds(20)).executor(task -> {
            int call = calls.incrementAndGet();
            if (call == 3) {
                awaitUninterrupted(othersSucceed);
            }
            if (call == 1 || call == 3) {
                throw new IllegalStateException("busy");
            }
            new Thread(task, "handler").start();
        });
        alice.says("a1");
        bob.says("b1");
        start((fenced, key, update) -> {
            write(fenced, key, update);
            othersSucceed.countDown();
        });
        awaitHandled("b1", "a1");
        assertThat(dead).isEmpty();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void refusesSettingsThatContradictEachOther() {
        EventIsolation isolation = EventIsolation.inProcess();
        assertRefused(polling().threads(2).executor(Runnable::run), "threads");
        assertRefused(polling().threads(2).isolation(isolation), "threads");
        assertRefused(polling().handlerTimeout(Duration.ofSeconds(1)).isolation(isolation), "handlerTimeout");
        assertThatThrownBy(() -> polling().threads(0)).hasMessage("threads must be positive: 0");
        assertThatThrownBy(() -> polling().handlerTimeout(Duration.ZERO)).hasMessageContaining("PT0S");
    }

    private PollingSession.Builder polling() {
        return PollingSession.builder(token).server(telegram.uri());
    }

    private void assertRefused(PollingSession.Builder settings, String named) {
        assertThatThrownBy(() -> settings.start(lease, fsm, handler))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named + "(…) contradicts");
    }

    // The stop.

    /** Telegram begins at lower ids while a handler runs whose update another poller has confirmed. */
    @Test
    void aHandlerWhoseIdsAreNoMoreIsWaitedFor() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        long id = alice.says("a1").getAsLong();
        PollingSession polled = start((fenced, key, update) -> {
            if (update.getMessage().getText().equals("a1")) {
                begun.countDown();
                go.await();
            }
            write(fenced, key, update);
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        var unused = new GetUpdatesClient(telegram.uri(), token)
                .getUpdates(OptionalLong.of(id + 1), 1, Duration.ZERO, List.of("message"))
                .await();
        telegram.nextUpdateId(1000);
        bob.says("b1");
        awaitHandled("b1");
        alice.says("a2"); // of the same conversation: must not begin beside it
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 1);

        polled.stopPolling();
        assertThatThrownBy(() -> polled.drain(Duration.ofMillis(50))).isInstanceOf(TimeoutException.class);
        assertThat(handled).containsExactly("b1");
        go.countDown();
        polled.drain(DRAIN);
        assertThat(handled).containsExactly("b1", "a1");
    }
}
