package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.ANOTHER_IS_ACTIVE;
import static io.botfsm.lifecycle.BotRunner.FAILED;
import static io.botfsm.lifecycle.BotRunner.STOPPED;
import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runners of several instances, with real locks. */
@Timeout(60)
class BotRunnerOverLeasesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final MemoryLeaseStore store = new MemoryLeaseStore();
    private final Journal journal = new Journal();
    private final List<Instance> instances = new CopyOnWriteArrayList<>();

    /** One instance of the bot; its entries in the journal begin with its name. */
    private final class Instance {
        private final CuttableStore connection = new CuttableStore(store);
        private final String name;
        private final InstanceLock lock;
        private final BotRunner runner;
        private volatile AutoCloseable whenDrained = () -> {};

        private Instance(String name, Duration ttl) {
            this.name = name;
            lock = InstanceLock.builder(connection, "bot")
                    .ttl(ttl)
                    .renewEvery(Duration.ofMillis(300))
                    .requestTimeout(Duration.ofMillis(200))
                    .stopMargin(Duration.ofSeconds(1)) // long, so that the machine's speed does not matter
                    .build();
            runner = BotRunner.of(lock).withoutSignals().thenClose("store", LONG, () -> {
                journal.accept(name + ": close store");
                connection.close();
            });
            instances.add(this);
        }

        private CompletableFuture<Integer> run() {
            return CompletableFuture.supplyAsync(
                    () -> runner.run(lease -> {
                        TestBot bot = new TestBot(
                                lease,
                                entry -> journal.accept(
                                        name + ": " + entry.replaceAll("\\d+", "N"))); // tokens differ in each run
                        bot.whenDrained = () -> whenDrained.close();
                        return bot;
                    }),
                    task -> new Thread(task).start());
        }
    }

    @AfterEach
    void stop() {
        instances.forEach(instance -> instance.runner.stop());
        instances.forEach(instance -> instance.lock.close());
    }

    @Test
    void aSecondInstanceIsToldOfTheFirst() {
        Instance first = new Instance("first", LONG);
        CompletableFuture<Integer> status = first.run();
        journal.awaitEntry("first: start N");

        Instance second = new Instance("second", LONG);
        assertThat(second.run()).succeedsWithin(LONG).isEqualTo(ANOTHER_IS_ACTIVE);
        assertThat(second.runner.heldBy().orElseThrow().pid())
                .isEqualTo(ProcessHandle.current().pid());
        first.runner.stop();
        assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
        assertThat(journal.entries())
                .containsExactly(
                        "first: start N",
                        "second: close store",
                        "first: stop polling N",
                        "first: drain N",
                        "first: close store");
    }

    @Test
    void aStandByTakesOverAsSoonAsTheFirstHasStopped() {
        Instance first = new Instance("first", Duration.ofHours(1)); // never expires during the test
        Instance second = new Instance("second", Duration.ofHours(1));
        second.runner.standby();
        CompletableFuture<Integer> firstStatus = first.run();
        journal.awaitEntry("first: start N");
        try (LogLines log = LogLines.of(BotRunner.class)) {
            CompletableFuture<Integer> secondStatus = second.run();
            soon().until(() -> log.lines().stream()
                    .anyMatch(line -> line.startsWith("INFO Standing by: the active instance is ")));
            first.runner.stop();

            assertThat(firstStatus).succeedsWithin(LONG).isEqualTo(STOPPED);
            journal.awaitEntry("second: start N");
            second.runner.stop();
            assertThat(secondStatus).succeedsWithin(LONG).isEqualTo(STOPPED);
        }
        assertThat(journal.entries()).containsSubsequence("first: drain N", "second: start N");
    }

    @Test
    void anInstanceThatLosesTheStoreStopsBeforeAnotherTakesOverAndThenStandsByForIt() {
        Instance first = new Instance("first", SHORT);
        Instance second = new Instance("second", SHORT);
        first.runner.standby();
        second.runner.standby();
        CompletableFuture<Integer> firstStatus = first.run();
        journal.awaitEntry("first: start N");
        CompletableFuture<Integer> secondStatus = second.run();
        first.connection.cutOff();
        journal.awaitEntry("second: start N");
        first.connection.restore();
        second.runner.stop();

        assertThat(secondStatus).succeedsWithin(LONG).isEqualTo(STOPPED);
        soon().until(() ->
                journal.entries().stream().filter("first: start N"::equals).count() == 2);
        first.runner.stop();
        assertThat(firstStatus).succeedsWithin(LONG).isEqualTo(STOPPED);
        assertThat(journal.entries())
                .containsSubsequence(
                        "first: start N",
                        "first: stop polling N",
                        "first: drain N",
                        "second: start N",
                        "second: drain N",
                        "first: start N",
                        "first: drain N");
    }

    @Test
    void anInstanceThatCouldNotBeDrainedIsNotReplacedBeforeItsProcessEnds() {
        Instance first = new Instance("first", SHORT);
        Instance second = new Instance("second", SHORT);
        second.runner.standby();
        first.whenDrained = () -> {
            throw new TimeoutException("a handler is still running");
        };
        CompletableFuture<Integer> firstStatus = first.run();
        journal.awaitEntry("first: start N");
        CompletableFuture<Integer> secondStatus = second.run();
        first.runner.stop();
        assertThat(firstStatus).succeedsWithin(LONG).isEqualTo(FAILED);

        first.connection.restore(); // undoes the close, so that renewals reach the store
        int renewals = first.connection.renewals();
        soon().until(() -> first.connection.renewals() >= renewals + 9); // for longer than a time to live
        assertThat(journal.entries()).contains("first: drain N").doesNotContain("second: start N");

        first.connection.cutOff(); // as the end of its process does
        journal.awaitEntry("second: start N");
        second.runner.stop();
        assertThat(secondStatus).succeedsWithin(LONG).isEqualTo(STOPPED);
    }
}
