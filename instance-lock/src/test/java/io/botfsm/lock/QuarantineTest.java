package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseSettings;
import io.botfsm.lock.internal.LeaseTimers;
import io.botfsm.lock.internal.LeaseTimings;
import io.botfsm.lock.internal.Scheduler;
import io.botfsm.lock.internal.TestIdentity;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Events and log lines of a lock that waits for holders that the store may have forgotten; the test controls the time.
 */
class QuarantineTest {
    private static final Duration TTL = Duration.ofSeconds(30);

    private record Due(long time, Runnable task) {}

    private final ManualClock clock = new ManualClock(0, 0);
    private final PriorityQueue<Due> timers = new PriorityQueue<>(Comparator.comparingLong(Due::time));
    private final TroubledStore store = new TroubledStore(new MemoryLeaseStore());
    private final List<LockEvent> events = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.lock");
    private final Level level = logger.getLevel();

    private final LeaseEngine engine = new LeaseEngine(
            store,
            TestIdentity.of("owner", () -> "1"),
            LeaseSettings.ofInstance(LeaseTimings.of(TTL), false),
            new LeaseTimers(clock, this::schedule, this::schedule, () -> 0.5));
    private final InstanceLeases leases = new InstanceLeases(
            engine, "orders-bot", new LockEvents(List.of(events::add), Runnable::run), Runnable::run);

    private Scheduler.Task schedule(Duration delay, Runnable task) {
        Due due = new Due(clock.nanoTime() + Math.max(0, delay.toNanos()), task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    private void pass(Duration time) {
        long end = clock.nanoTime() + time.toNanos();
        for (Due next = timers.peek(); next != null && next.time() <= end; next = timers.peek()) {
            timers.remove(next);
            clock.advance(Duration.ofNanos(Math.max(0, next.time() - clock.nanoTime())));
            next.task().run();
        }
        clock.advance(Duration.ofNanos(end - clock.nanoTime()));
    }

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        store.rememberNothing();
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        logger.setLevel(level);
    }

    @Test
    void isReportedAtOnceAndEveryFewSeconds() {
        CompletableFuture<AcquireResult> attempt =
                leases.attempt(Optional.empty()).result();
        assertThat(waits()).containsExactly(TTL);
        pass(Duration.ofSeconds(12));
        assertThat(waits()).containsExactly(TTL, Duration.ofSeconds(25), Duration.ofSeconds(20));
        assertThat(attempt).isNotDone();
        pass(Duration.ofSeconds(18));

        assertThat(attempt).isCompletedWithValueMatching(AcquireResult.Acquired.class::isInstance);
        assertThat(waits()).hasSize(6).endsWith(Duration.ofSeconds(5));
        pass(TTL);
        assertThat(waits()).as("once it is active").hasSize(6);
    }

    private List<Duration> waits() {
        return events.stream()
                .filter(LockEvent.Quarantined.class::isInstance)
                .map(event -> ((LockEvent.Quarantined) event).remaining())
                .toList();
    }

    @Test
    void isLoggedWithWhatIsWaitedForAndUntilWhen() {
        var unused = leases.attempt(Optional.empty());
        pass(Duration.ofSeconds(6));

        assertThat(log.list).hasSize(2).allMatch(event -> event.getLevel() == Level.INFO);
        assertThat(log.list.get(0).getFormattedMessage())
                .matches(
                        "Lock \"orders-bot\" granted, but the store may have forgotten an earlier holder\\. Waiting PT30S"
                                + " \\(until \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\) for that holder's lease to expire");
        assertThat(log.list.get(1).getFormattedMessage()).contains("Waiting PT25S");
    }

    @Test
    void isNotReportedAnyMoreWhenTheLeaseIsGivenBack() {
        var attempt = leases.attempt(Optional.empty());
        var unused = leases.close();
        pass(TTL);

        assertThat(attempt.result()).isCompletedExceptionally();
        assertThat(waits()).containsExactly(TTL);
    }
}
