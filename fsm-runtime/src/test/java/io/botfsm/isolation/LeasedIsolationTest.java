package io.botfsm.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Isolation by leases, beyond its specified rules: with clocks that tests set, and a store that fails. */
@Timeout(60)
class LeasedIsolationTest {
    private static final Duration TTL = Duration.ofMillis(600);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final StorageKey KEY = key(1);
    private static final String NAME = LeaseNames.of(KEY);

    private final ManualClock clock = new ManualClock(0, 0);
    private final TroubledLeases store = new TroubledLeases(new MemoryLeaseStore(clock));
    private final CountDownLatch gate = new CountDownLatch(1);
    private QueuedIsolation isolation =
            EventIsolation.builder().leaseStore(store).ttl(TTL).clock(clock).queued();

    private static StorageKey key(int user) {
        return StorageKey.bot("bot").chat(1).user(user).build();
    }

    @AfterEach
    void nothingIsLeft() {
        gate.countDown();
        Awaitility.await().until(() -> isolation.handlers() == 0 && isolation.conversations() == 0);
        assertThat(store.subscriptions).hasValue(0);
        isolation.close();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<?> stage) {
        Throwable wrapping = catchThrowable(() -> get(stage));
        assertThat(wrapping).as("it did not fail").isNotNull();
        return wrapping.getCause();
    }

    /** Starts a handler that runs until the gate opens and counts its notifications of losses; returns its lease. */
    private ConversationLease held(AtomicInteger losses) throws Exception {
        CompletableFuture<ConversationLease> begun = new CompletableFuture<>();
        var unused = isolation.submit(KEY, lease -> {
            lease.onLost(losses::incrementAndGet);
            begun.complete(lease);
            gate.await();
            return "";
        });
        return get(begun);
    }

    /**
     * The deadline is the time to live, less a hundredth of it, 2 ms, and 10 ms for a suspension too short to be
     * detected.
     */
    @Test
    void theDeadlineIsByTheClock() throws Exception {
        store.losesRenewals = true;
        AtomicInteger losses = new AtomicInteger();
        ConversationLease lease = held(losses);
        clock.advance(Duration.ofMillis(581));
        assertThat(lease.isHeld()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(lease.isHeld()).as("by the clock, whatever timers do").isFalse();
        Awaitility.await().until(() -> losses.get() == 1);
        store.losesRenewals = false;
        clock.advance(TTL.multipliedBy(3));
        assertThat(lease.isHeld()).as("what is lost stays lost").isFalse();
        gate.countDown();
        assertThat(get(isolation.submit(KEY, ConversationLease::isHeld))).isTrue();
        assertThat(losses).hasValue(1);
    }

    @Test
    void aLossIsReportedWhateverTheLogDoes() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(EventIsolation.class);
        AppenderBase<ILoggingEvent> exhausted = new AppenderBase<>() {
            @Override
            public synchronized void doAppend(ILoggingEvent event) {
                throw new OutOfMemoryError("in an appender");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        };
        exhausted.start();
        logger.addAppender(exhausted);
        try {
            store.losesRenewals = true;
            AtomicInteger losses = new AtomicInteger();
            ConversationLease lease = held(losses);
            clock.advance(TTL);
            assertThat(lease.isHeld()).isFalse();
            Awaitility.await().until(() -> losses.get() == 1);
        } finally {
            logger.detachAppender(exhausted);
        }
    }

    @Test
    void aRenewalMovesTheDeadline() throws Exception {
        AtomicInteger losses = new AtomicInteger();
        ConversationLease lease = held(losses);
        for (int i = 1; i <= 6; i++) {
            int least = i;
            clock.advance(TTL.dividedBy(2));
            Awaitility.await().until(() -> store.renewals.get() >= least && lease.isHeld());
        }
        assertThat(losses).hasValue(0);
    }

    /** The monotonic clock may have stood still meanwhile, so another process may have the lease. */
    @Test
    void afterASuspensionItIsNotHeldUntilTheStoreSaysSo() throws Exception {
        isolation = EventIsolation.builder()
                .leaseStore(store)
                .ttl(TTL)
                .acquireTimeout(Duration.ZERO)
                .clock(clock)
                .queued();
        AtomicInteger losses = new AtomicInteger();
        ConversationLease lease = held(losses);
        clock.setForward(Duration.ofMinutes(1));
        assertThat(lease.isHeld()).isFalse();
        clock.advance(TTL.dividedBy(2));
        Awaitility.await().until(lease::isHeld);
        assertThat(losses).as("it had not expired after all").hasValue(0);

        clock.setForward(Duration.ofMinutes(1));
        assertThat(lease.isHeld()).isFalse();
        store.force(NAME);
        store.taken(NAME);
        clock.advance(TTL.dividedBy(2));
        Awaitility.await().until(() -> losses.get() == 1);
        assertThat(lease.isHeld()).isFalse();
        clock.advance(TTL.multipliedBy(3));
        gate.countDown();
        assertThat(failure(isolation.submit(KEY, () -> "the stranger's")))
                .isInstanceOf(ConversationHeldException.class);
        assertThat(losses).hasValue(1);
    }

    @Test
    void anOrphanOfThisIsolationIsKnownForWhatItIs() throws Exception {
        isolation = EventIsolation.builder()
                .leaseStore(store)
                .ttl(LONG)
                .acquireTimeout(Duration.ZERO)
                .queued();
        store.losesNextGrant.set(true);
        store.losesNextRelease.set(true);
        assertThat(failure(isolation.submit(KEY, () -> "never"))).isInstanceOf(IsolationUnavailableException.class);
        assertThat(store.claim(NAME)).as("granted, and nobody knows").isPresent();
        assertThat(get(isolation.submit(KEY, ConversationLease::isHeld)))
                .as("without patience, it is not waited for")
                .isTrue();
        Awaitility.await().until(() -> store.claim(NAME).isEmpty());
    }

    @Test
    void aReleaseThatIsNotConfirmedIsLoggedAndMadeUpFor() throws Exception {
        isolation = EventIsolation.builder()
                .leaseStore(store)
                .ttl(LONG)
                .acquireTimeout(Duration.ZERO)
                .queued();
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.isolation");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            store.refusesReleases = true;
            get(isolation.submit(KEY, () -> "first"));
            Awaitility.await().until(() -> isolation.handlers() == 0);
            assertThat(log.list).singleElement().satisfies(event -> {
                assertThat(event.getLevel()).isEqualTo(Level.WARN);
                assertThat(event.getFormattedMessage()).contains('"' + NAME + '"', LONG.toString());
            });
        } finally {
            logger.detachAppender(log);
        }
        store.refusesReleases = false;
        assertThat(get(isolation.submit(KEY, ConversationLease::isHeld)))
                .as("it is its own, so it is not waited for")
                .isTrue();
    }

    /**
     * The release is executed, but its answer is lost; to the next one, the store answers that it has no such lease.
     */
    @Test
    void aReleaseWhoseFirstAnswerIsLostIsConfirmedByTheNext() throws Exception {
        isolation = EventIsolation.builder()
                .leaseStore(store)
                .ttl(Duration.ofSeconds(6))
                .queued();
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.isolation");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            store.losesNextReleasesAnswer.set(true);
            get(isolation.submit(KEY, () -> "first"));
            Awaitility.await().until(() -> isolation.handlers() == 0 && isolation.conversations() == 0);
            assertThat(store.releases).hasValue(2);
            assertThat(log.list).isEmpty();
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void aStrangersClaimIsNotTouched() {
        isolation = EventIsolation.builder()
                .leaseStore(store)
                .ttl(LONG)
                .acquireTimeout(Duration.ZERO)
                .queued();
        store.taken(NAME);
        assertThat(failure(isolation.submit(KEY, () -> "never")))
                .isInstanceOfSatisfying(
                        ConversationHeldException.class,
                        e -> assertThat(e.ownerId()).isEqualTo("stranger"));
        assertThat(store.claim(NAME)).hasValue(TroubledLeases.stranger());
    }

    @Test
    void whatAHolderSaysOfItselfIsQuoted() {
        assertThat(new ConversationHeldException(KEY, "a b\n", "host\u0085 user=1", TTL))
                .hasMessage(KEY + ": still handled by \"a b\\u000a\" (\"host\\u0085 user=1\") after " + TTL);
    }

    @Test
    void aGrantThatComesTooLateIsGivenBack() throws Exception {
        store.withholdsNextQuestion.set(true);
        assertThat(failure(isolation.submit(KEY, () -> "never"))).isInstanceOf(IsolationUnavailableException.class);
        assertThat(store.claim(NAME)).isEmpty();
        clock.advance(TTL); // whatever was tried until now has been given up
        Awaitility.await().until(() -> isolation.conversations() == 0);
        store.withheld.run();
        Awaitility.await().until(() -> store.claim(NAME).isEmpty());
        assertThat(get(isolation.submit(KEY, () -> "now"))).isEqualTo("now");
    }

    /** The store's clock was set back, and the fence of a conversation that nobody used for an hour is forgotten. */
    @Test
    void aTokenThatAWriteWasRefusedForIsLearnt() throws Exception {
        clock.setForward(Duration.ofDays(20_000));
        long seen = token(KEY);
        clock.advance(Duration.ofMinutes(61));
        clock.setForward(Duration.ofHours(-2));
        long lower = tokenOfFailure(KEY, token -> new IllegalStateException(new FencedException(KEY, token, seen)));
        assertThat(lower).isLessThan(seen);

        try (EventIsolation another =
                EventIsolation.builder().leaseStore(store).ttl(TTL).clock(clock).build()) {
            assertThat(token(another, KEY)).as("through another process").isGreaterThan(seen);
        }
        assertThat(token(KEY)).isGreaterThan(seen);
        assertThat(token(key(2))).as("of a conversation that need not find out").isGreaterThan(seen);
    }

    /** The next handler of a queue runs under the lease of the previous one, unless writes under that were refused. */
    @Test
    void theNextHandlerHasATokenAboveTheOneThatWasSeen() throws Exception {
        CompletableFuture<Long> seen = new CompletableFuture<>();
        CountDownLatch queued = new CountDownLatch(1);
        var first = isolation.submit(KEY, lease -> {
            queued.await();
            seen.complete(lease.fencingToken().orElseThrow() + 1_000_000_000);
            lease.fenced(seen.join());
            return "";
        });
        CompletionStage<Long> next =
                isolation.submit(KEY, lease -> lease.fencingToken().orElseThrow());
        queued.countDown();
        get(first);

        assertThat(get(next)).isGreaterThan(seen.join());
    }

    @Test
    void aTokenThatNoLeaseCanHaveHadIsLoggedAndNotLearnt() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.isolation");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            long before = tokenOfFailure(KEY, token -> new FencedException(KEY, token, LeaseRequest.MAX_FENCING_TOKEN));

            assertThat(token(KEY)).isBetween(before, before + 1_000_000_000L);
            assertThat(log.list).singleElement().satisfies(event -> {
                assertThat(event.getLevel()).isEqualTo(Level.ERROR);
                assertThat(event.getFormattedMessage())
                        .contains('"' + NAME + '"', Long.toString(LeaseRequest.MAX_FENCING_TOKEN));
            });
        } finally {
            logger.detachAppender(log);
        }
    }

    private long token(StorageKey key) throws Exception {
        return token(isolation, key);
    }

    private static long token(EventIsolation asked, StorageKey key) throws Exception {
        return get(asked.submit(key, lease -> lease.fencingToken().orElseThrow()));
    }

    /** Runs a handler that fails, and returns the token that it had. */
    private long tokenOfFailure(StorageKey key, LongFunction<RuntimeException> failure) {
        AtomicLong token = new AtomicLong();
        assertThat(failure(isolation.submit(key, lease -> {
                    token.set(lease.fencingToken().orElseThrow());
                    throw failure.apply(token.get());
                })))
                .isNotNull();
        return token.get();
    }

    /** Each waiting conversation retries, and has one subscription but no thread. */
    @Test
    void manyWhoWaitTakeFewThreads() throws Exception {
        int conversations = 1_000;
        isolation = EventIsolation.builder()
                .leaseStore(store)
                .ttl(Duration.ofSeconds(3))
                .acquireTimeout(LONG)
                .threads(4)
                .queued();
        for (int i = 0; i < conversations; i++) {
            store.taken(LeaseNames.of(key(i)));
        }
        Set<Thread> before = threads();
        List<CompletionStage<String>> stages = new ArrayList<>();
        for (int i = 0; i < 2 * conversations; i++) {
            stages.add(isolation.submit(key(i % conversations), () -> "served"));
        }
        Awaitility.await().until(() -> store.acquisitions.get() >= 3 * conversations);
        Set<Thread> more = threads();
        more.removeAll(before);
        assertThat(more.stream().map(Thread::getName))
                .as("four for handlers, one for timers")
                .hasSizeLessThanOrEqualTo(5);
        assertThat(store.subscriptions).hasValue(conversations);
        assertThat(store.subscriptionsBegun).hasValue(conversations);
        for (int i = 0; i < conversations; i++) {
            store.force(LeaseNames.of(key(i)));
        }
        for (CompletionStage<String> stage : stages) {
            assertThat(get(stage)).isEqualTo("served");
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("botfsm-"))
                .collect(Collectors.toSet());
    }
}
