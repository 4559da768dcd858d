package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.ANOTHER_IS_ACTIVE;
import static io.botfsm.lifecycle.BotRunner.FAILED;
import static io.botfsm.lifecycle.BotRunner.STOPPED;
import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.botfsm.lifecycle.BotRunner.Bot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BotRunnerTest extends RunnerTest {
    @Nested
    class StopsInOrder {
        private void assertOrder() {
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1", "release 1");
        }

        @Test
        void whenAsked() {
            lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertOrder();
            assertThat(runner.heldBy()).isEmpty();
        }

        @Test
        void onceThoughAskedOften() {
            lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1).whenStopped = () -> {
                runner.stop();
                bot(1).end.complete("meanwhile");
            };
            runner.stop();
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertOrder();
        }

        @Test
        void whenTheBotHasEnded() {
            lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1).end.complete("end of input");

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertOrder();
        }

        @Test
        void whenTheBotBroke() {
            lock.grant();
            try (LogLines log = LogLines.of(BotRunner.class)) {
                CompletableFuture<Integer> status = run();
                bot(1).end.completeExceptionally(new IOException("connection refused"));

                assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
                assertOrder();
                assertThat(log.lines()).contains("ERROR The bot stops: it failed");
                assertThat(cause(log, "it failed")).isEqualTo("connection refused");
            }
        }

        @Test
        void whenTheBotBrokeInAStageOfAStage() {
            lock.grant();
            CompletableFuture<String> polling = new CompletableFuture<>();
            try (LogLines log = LogLines.of(BotRunner.class)) {
                CompletableFuture<Integer> status = run(lease -> new TestBot(lease, journal) {
                    @Override
                    public CompletionStage<?> ended() {
                        return polling.thenApply(String::length);
                    }
                });
                journal.awaitEntry("start 1");
                polling.completeExceptionally(new IOException("connection refused"));

                assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
                assertOrder();
                assertThat(cause(log, "it failed")).isEqualTo("connection refused");
            }
        }

        @Test
        void whenTheBotCannotSayWhenItEnds() {
            lock.grant();
            CompletableFuture<Integer> status = run(lease -> new TestBot(lease, journal) {
                @Override
                public CompletionStage<?> ended() {
                    throw new IllegalStateException("a bug");
                }
            });

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertOrder();
        }

        @Test
        void whenItsThreadIsInterrupted() throws InterruptedException {
            lock.grant();
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            CompletableFuture<Integer> status = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                status.complete(runner.run(BotRunnerTest.this::newBot));
                flag.complete(Thread.currentThread().isInterrupted());
            });
            thread.start();
            bot(1);
            thread.interrupt();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertThat(flag).succeedsWithin(LONG).as("flag set again").isEqualTo(true);
            assertOrder();
            thread.join();
        }

        @Test
        void withTheLimitThatWasSet() {
            lock.grant();
            CompletableFuture<Duration> received = new CompletableFuture<>();
            runner.drainTimeout(Duration.ofSeconds(7));
            CompletableFuture<Integer> status = run(lease -> new TestBot(lease, journal) {
                @Override
                public void drain(Duration limit) throws Exception {
                    received.complete(limit);
                    super.drain(limit);
                }
            });
            journal.awaitEntry("start 1");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertThat(received).succeedsWithin(LONG).isEqualTo(Duration.ofSeconds(7));
        }

        @Test
        void thoughTheBotTakesAllTheTimeItWasGiven() {
            runner.drainTimeout(SHORT);
            lock.grant();
            CompletableFuture<Integer> status = run();
            bot(1).whenDrained = () -> {
                boolean early = stuck.await(SHORT.toMillis() * 2, TimeUnit.MILLISECONDS);
                assertThat(early).isFalse();
            };
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertOrder();
        }

        @Test
        void withoutABotThatEndsByItself() {
            lock.grant();
            CountDownLatch started = new CountDownLatch(1);
            CompletableFuture<Integer> status = run(lease -> {
                started.countDown();
                return new Bot() {
                    @Override
                    public void stopPolling() {}

                    @Override
                    public void drain(Duration limit) {}
                };
            });
            soon().until(() -> started.getCount() == 0);
            runner.stop();
            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
        }
    }

    @Nested
    class Closing {
        @Test
        void goesOnThoughTheReleaseFails() {
            lock.grant().whenClosed = () -> {
                throw new IllegalStateException("a bug");
            };
            CompletableFuture<Integer> status = run();
            bot(1);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "start 1", "stop polling 1", "drain 1", "release 1");
        }

        @Test
        void goesOnThoughTheReleaseOverruns() {
            runner.timeouts(new StopTimeouts(LONG, LONG, LONG, Duration.ofSeconds(1), A_MOMENT));
            lock.grant().whenClosed = BotRunnerTest.this::hang;
            CompletableFuture<Integer> status = run();
            bot(1);
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertThat(journal.entries()).contains("close lock").containsAll(REST);
        }

        @Test
        void thatFailsIsAFailure() {
            runner.thenClose("bad", LONG, () -> {
                throw new IOException("no");
            });
            runner.stop();
            assertThat(run()).succeedsWithin(LONG).isEqualTo(FAILED);
        }

        @Test
        void thatFailsIsStillAnotherThatIsActive() {
            lock.refuse();
            runner.thenClose("bad", LONG, () -> {
                throw new IOException("no");
            });
            assertThat(run()).succeedsWithin(LONG).isEqualTo(ANOTHER_IS_ACTIVE);
        }
    }

    @Nested
    class Refuses {
        @Test
        void limitsThatAreNone() {
            for (Duration limit : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(2))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> runner.drainTimeout(limit))
                        .withMessage("drainTimeout must be positive and at most a day: " + limit);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> runner.stopPollingTimeout(limit))
                        .withMessage("stopPollingTimeout must be positive and at most a day: " + limit);
            }
        }

        @Test
        void aStepTwice() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> runner.thenClose("redis", LONG, () -> {}))
                    .withMessage("there is already a step \"redis\"");
        }

        @Test
        void toRunTwiceOrToBeChangedWhileItRuns() {
            lock.refuse();
            assertThat(run()).succeedsWithin(LONG).isEqualTo(ANOTHER_IS_ACTIVE);

            assertThatIllegalStateException()
                    .isThrownBy(() -> runner.run(BotRunnerTest.this::newBot))
                    .withMessage("a BotRunner runs only once, and this one was already run");
            assertThatIllegalStateException().isThrownBy(runner::standby);
            assertThatIllegalStateException().isThrownBy(runner::withoutSignals);
            assertThatIllegalStateException().isThrownBy(() -> runner.drainTimeout(LONG));
            assertThatIllegalStateException().isThrownBy(() -> runner.stopPollingTimeout(LONG));
            assertThatIllegalStateException().isThrownBy(() -> runner.thenClose("more", LONG, () -> {}));
        }

        @Test
        void nulls() {
            assertThatNullPointerException()
                    .isThrownBy(() -> BotRunner.of(null))
                    .withMessage("lock");
            assertThatNullPointerException().isThrownBy(() -> runner.run(null)).withMessage("factory");
        }
    }
}
