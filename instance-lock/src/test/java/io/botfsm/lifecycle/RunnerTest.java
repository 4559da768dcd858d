package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the tests of a runner share: a lock that the test controls, a journal, and a runner on its own thread. */
@Timeout(60)
abstract class RunnerTest {
    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration SHORT = Duration.ofMillis(50);
    static final Duration A_MOMENT = Duration.ofMillis(1);
    static final StopTimeouts PATIENT = new StopTimeouts(LONG, LONG, LONG, LONG, A_MOMENT);
    static final StopTimeouts IMPATIENT_TO_BEGIN = new StopTimeouts(LONG, LONG, SHORT, LONG, A_MOMENT);
    static final List<String> REST = List.of("close redis", "close database");

    final Journal journal = new Journal();
    final ManualLock lock = new ManualLock(journal);
    final List<TestBot> bots = new CopyOnWriteArrayList<>();
    final CountDownLatch stuck = new CountDownLatch(1);
    final CountDownLatch interrupted = new CountDownLatch(1);
    final BotRunner runner = BotRunner.of(lock)
            .withoutSignals()
            .timeouts(PATIENT)
            .thenClose("redis", LONG, () -> journal.accept("close redis"))
            .thenClose("database", LONG, () -> journal.accept("close database"));
    Thread running = new Thread();

    CompletableFuture<Integer> run() {
        return run(this::newBot);
    }

    CompletableFuture<Integer> run(BotFactory factory) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        running = new Thread(() -> {
            try {
                status.complete(runner.run(factory));
            } catch (Throwable e) {
                status.completeExceptionally(e);
            }
        });
        running.start();
        return status;
    }

    TestBot newBot(Lease lease) {
        TestBot bot = new TestBot(lease, journal);
        bots.add(bot);
        return bot;
    }

    /** Returns the bot of the given generation, once it has been started. */
    TestBot bot(int generation) {
        soon().until(() -> bots.size() >= generation);
        return bots.get(generation - 1);
    }

    /** Hangs until the end of the test, even if interrupted. */
    void hang() {
        while (stuck.getCount() > 0) {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        }
    }

    @AfterEach
    void nothingIsLeftBehind() {
        stuck.countDown();
        runner.stop();
        soon().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("botfsm-")));
    }

    static String cause(LogLines log, String message) {
        return log.events().stream()
                .filter(event -> event.getFormattedMessage().contains(message))
                .map(ILoggingEvent::getThrowableProxy)
                .findFirst()
                .orElseThrow()
                .getMessage();
    }

    void assertJournalBeforeTheRest(String... entries) {
        List<String> all = new ArrayList<>(List.of(entries));
        all.add("close lock");
        all.addAll(REST);
        assertThat(journal.entries()).isEqualTo(all);
    }

    void hangUntilInterrupted() {
        try {
            stuck.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
