package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.ANOTHER_IS_ACTIVE;
import static io.botfsm.lifecycle.BotRunner.FAILED;
import static io.botfsm.lifecycle.BotRunner.STOPPED;
import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LossReason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests {@link BotRunner#start}, for frameworks that start and stop a bot on their own threads. */
class BotRunnerStartAndReturnTest extends RunnerTest {
    @Test
    void returnsBeforeTheLockIsDecidedAndTheFutureHasTheStatus() {
        runner.standby();
        CompletableFuture<Integer> status = runner.start(this::newBot);
        journal.awaitEntry("stand by");
        assertThat(runner.state()).isEqualTo(RunState.STANDBY);
        assertThat(status).isNotDone();

        lock.grant();
        soon().until(() -> runner.state() == RunState.ACTIVE);
        runner.stop();

        assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
        assertThat(runner.state()).isEqualTo(RunState.ENDED);
        assertJournalBeforeTheRest("try", "stand by", "start 1", "stop polling 1", "drain 1", "release 1");
    }

    @Test
    void itsStatesAreThoseOfTheBot() throws InterruptedException {
        assertThat(runner.state()).isEqualTo(RunState.NEW);
        lock.grant();
        CountDownLatch mayStart = new CountDownLatch(1);
        CountDownLatch mayDrain = new CountDownLatch(1);
        CompletableFuture<Integer> status = runner.start(lease -> {
            mayStart.await();
            TestBot bot = newBot(lease);
            bot.whenDrained = () -> {
                journal.accept("draining");
                mayDrain.await();
            };
            return bot;
        });
        soon().until(() -> runner.state() == RunState.STARTING);
        mayStart.countDown();
        soon().until(() -> runner.state() == RunState.ACTIVE);
        CountDownLatch stopped = new CountDownLatch(1);
        runner.stop(stopped::countDown);
        journal.awaitEntry("draining");
        assertThat(runner.state()).isEqualTo(RunState.DRAINING);
        assertThat(stopped.getCount()).as("reported before its end").isOne();

        mayDrain.countDown();
        assertThat(stopped.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(runner.state()).isEqualTo(RunState.ENDED);
        assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
    }

    @Test
    void aStandbyThatLostItsLeaseIsAStandbyAgain() {
        runner.standby();
        ManualLease first = lock.grant();
        CompletableFuture<Integer> status = runner.start(this::newBot);
        bot(1);
        first.lose(LossReason.TAKEN);
        journal.awaitEntry("stand by");
        assertThat(runner.state()).isEqualTo(RunState.STANDBY);

        lock.grant();
        bot(2);
        soon().until(() -> runner.state() == RunState.ACTIVE);
        runner.stop();
        assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
    }

    @Test
    void aBotThatCannotStartFailsTheRunOnly() {
        lock.grant();
        CompletableFuture<Integer> status = runner.start(lease -> {
            throw new IOException("bad token");
        });
        assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
        assertThat(runner.state()).isEqualTo(RunState.ENDED);
    }

    @Test
    void anotherInstanceThatIsActiveIsAStatusToo() {
        lock.refuse();
        assertThat(runner.start(this::newBot)).succeedsWithin(LONG).isEqualTo(ANOTHER_IS_ACTIVE);
        assertThat(runner.heldBy()).contains(ManualLock.ANOTHER);
    }

    @Test
    void takesNoSignalsAndNoHookThoughNobodySaidSo() {
        BotRunner plain = BotRunner.of(lock);
        lock.grant();
        CompletableFuture<Integer> status = plain.start(this::newBot);
        bot(1);
        try (LogLines log = LogLines.of(BotRunner.class)) {
            Signals.take(new SignalAnswer(signal -> {}, number -> {}, LeaseClock.system()))
                    .giveBack();
            assertThat(log.lines()).as("whether a runner had them").noneMatch(line -> line.contains("signals"));
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("botfsm-run"))
                .allMatch(thread -> !thread.isDaemon())
                .hasSize(1);
        plain.stop();
        assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
    }

    @Test
    void aStopBeforeTheStartOrAfterTheEndIsReportedAtOnce() {
        runner.stop(() -> journal.accept("not begun"));
        assertThat(journal.entries()).containsExactly("not begun");
        assertThat(runner.start(this::newBot)).succeedsWithin(LONG).isEqualTo(STOPPED);

        runner.stop(() -> journal.accept("ended"));
        assertThat(journal.entries()).endsWith("ended").doesNotContain("start 1");
    }

    @Test
    void startsOnce() {
        lock.grant();
        CompletableFuture<Integer> status = runner.start(this::newBot);
        assertThatIllegalStateException().isThrownBy(() -> runner.start(this::newBot));
        assertThatIllegalStateException().isThrownBy(() -> runner.run(this::newBot));
        status.complete(-1);
        assertThat(bot(1).lease.isHeld()).isTrue();

        CountDownLatch stopped = new CountDownLatch(1);
        runner.stop(stopped::countDown);
        soon().until(() -> stopped.getCount() == 0);
        assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1", "release 1");
    }
}
