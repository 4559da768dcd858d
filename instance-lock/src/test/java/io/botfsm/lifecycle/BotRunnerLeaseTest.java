package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.FAILED;
import static io.botfsm.lifecycle.BotRunner.STOPPED;
import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.LockUnavailableException;
import io.botfsm.lock.store.LossReason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BotRunnerLeaseTest extends RunnerTest {
    @Nested
    class StandsBy {
        @Test
        void andTakesOver() {
            runner.standby();
            try (LogLines log = LogLines.of(BotRunner.class)) {
                CompletableFuture<Integer> status = run();
                journal.awaitEntry("stand by");
                lock.grant();
                bot(1);
                runner.stop();

                assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
                assertJournalBeforeTheRest("try", "stand by", "start 1", "stop polling 1", "drain 1", "release 1");
                assertThat(log.lines())
                        .contains(
                                "INFO Standing by: the active instance is process 4711 on host-b, started 2026-01-02T03:04:05Z,"
                                        + " with a lease that ends in 23 s unless renewed");
            }
        }

        @Test
        void forAsLongAsItTakes() {
            runner.standby();
            lock.refuse();
            lock.refuse();
            lock.refuse();
            lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertThat(journal.entries()).startsWith("try", "stand by", "stand by", "stand by", "start 1");
        }

        @Test
        void thoughTheFirstAttemptFails() {
            runner.standby();
            lock.answer(() -> {
                throw new LockUnavailableException("bot", "connection refused", null);
            });
            lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertThat(journal.entries()).startsWith("try", "stand by", "start 1");
        }
    }

    @Nested
    class ExpiringLease {
        @Test
        void stopsTheBotAndIsReleased() {
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            lease.expire();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1", "release 1");
        }

        @Test
        void isFollowedByANewOneWithANewBot() {
            runner.standby();
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            lock.grant();
            lease.expire();
            bot(2);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest(
                    "try",
                    "start 1",
                    "stop polling 1",
                    "drain 1",
                    "release 1",
                    "try",
                    "start 2",
                    "stop polling 2",
                    "drain 2",
                    "release 2");
        }

        @Test
        void thatIsLostWhileTheBotDrainsIsNotReleased() {
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1).whenDrained = () -> lease.lose(LossReason.EXPIRED);
            lease.expire();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1");
        }

        @Test
        void goesOnStandingByThoughTheReleaseFails() {
            runner.standby();
            ManualLease lease = lock.grant();
            lease.whenClosed = () -> {
                throw new IllegalStateException("a bug");
            };
            CompletableFuture<Integer> status = run();
            bot(1);
            lock.grant();
            lease.expire();
            bot(2);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
        }
    }

    @Nested
    class LostLease {
        @Test
        void stopsTheBotAndIsNotReleased() {
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            lease.lose(LossReason.TAKEN);

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1, lost", "drain 1, lost");
        }

        @Test
        void isFollowedByANewOneWithANewBot() {
            runner.standby();
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            lock.refuse();
            lease.lose(LossReason.TAKEN);
            journal.awaitEntry("stand by");
            lock.grant();
            bot(2);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest(
                    "try",
                    "start 1",
                    "stop polling 1, lost",
                    "drain 1, lost",
                    "try",
                    "stand by",
                    "start 2",
                    "stop polling 2",
                    "drain 2",
                    "release 2");
        }

        @Test
        void isFollowedByNoneIfStoppedInThePause() {
            runner.standby().timeouts(new StopTimeouts(LONG, LONG, LONG, LONG, LONG));
            ManualLease lease = lock.grant();
            try (LogLines log = LogLines.of(BotRunner.class)) {
                CompletableFuture<Integer> status = run();
                bot(1);
                lease.lose(LossReason.EXPIRED);
                soon().until(() -> log.lines().contains("INFO Standing by again in PT30S"));
                runner.stop();

                assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
                assertJournalBeforeTheRest("try", "start 1", "stop polling 1, lost", "drain 1, lost");
            }
        }

        @Test
        void isFollowedByNoneWhileSomethingOfTheOldBotMayRun() {
            runner.standby();
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1).whenDrained = () -> {
                throw new TimeoutException("3 handlers are still running");
            };
            lock.grant();
            lease.lose(LossReason.EXPIRED);

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1, lost", "drain 1, lost");
        }

        @Test
        void whileTheBotStopsIsNotReleasedAndAFailure() {
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1).whenStopped = () -> lease.lose(LossReason.EXPIRED);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1, lost");
        }

        @Test
        void stopsTheBotOnceWhateverElseHappens() {
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run();
            TestBot bot = bot(1);
            bot.whenStopped = () -> {
                lease.expire();
                lease.lose(LossReason.EXPIRED);
                lease.lose(LossReason.TAKEN);
                bot.end.complete("end of input");
                runner.stop();
            };
            lease.expire();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1, lost");
        }

        @Test
        void ofAnEarlierGenerationDoesNothingToALaterOne() {
            runner.standby();
            ManualLease first = lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            lock.grant();
            first.lose(LossReason.EXPIRED);
            TestBot second = bot(2);
            first.expire();
            first.lose(LossReason.TAKEN);
            bots.get(0).end.completeExceptionally(new IOException("polling was cut off"));
            second.end.complete("this is what ends it");

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertThat(journal.entries())
                    .endsWith(
                            "start 2",
                            "stop polling 2",
                            "drain 2",
                            "release 2",
                            "close lock",
                            "close redis",
                            "close database");
        }
    }

    @Nested
    class KeepsTheLease {
        private final ManualLease lease = lock.grant();

        private void assertKept() {
            assertThat(journal.entries())
                    .containsExactly("try", "start 1", "stop polling 1", "drain 1", "close redis", "close database");
            assertThat(lease.isHeld()).isTrue();
        }

        @Test
        void whenDrainingFailed() {
            try (LogLines log = LogLines.of(BotRunner.class)) {
                CompletableFuture<Integer> status = run();
                bot(1).whenDrained = () -> {
                    throw new TimeoutException("3 handlers are still running");
                };
                runner.stop();

                assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
                assertKept();
                assertThat(log.lines())
                        .contains(
                                "ERROR Parts of the bot may still be running, so the lease is not released. End the process;"
                                        + " the lease then expires");
            }
        }

        @Test
        void whenDrainingOverran() {
            runner.drainTimeout(SHORT);
            CompletableFuture<Integer> status = run();
            bot(1).whenDrained = BotRunnerLeaseTest.this::hang;
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertKept();
            soon().until(() -> interrupted.getCount() == 0);
        }

        @Test
        void whenPollingCouldNotBeStopped() {
            CompletableFuture<Integer> status = run();
            bot(1).whenStopped = () -> {
                throw new IOException("no");
            };
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertKept();
        }

        @Test
        void whenPollingWasNotStoppedInTime() {
            runner.stopPollingTimeout(SHORT);
            CompletableFuture<Integer> status = run();
            bot(1).whenStopped = BotRunnerLeaseTest.this::hang;
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertKept();
            soon().until(() -> interrupted.getCount() == 0);
        }

        @Test
        void whenExpiringThoughItCouldNotBeDrained() {
            runner.standby();
            CompletableFuture<Integer> status = run();
            bot(1).whenDrained = () -> {
                throw new TimeoutException("3 handlers are still running");
            };
            lease.expire();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertKept();
        }
    }
}
