package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.ANOTHER_IS_ACTIVE;
import static io.botfsm.lifecycle.BotRunner.FAILED;
import static io.botfsm.lifecycle.BotRunner.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.LockClosedException;
import io.botfsm.lock.LockUnavailableException;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BotRunnerStartTest extends RunnerTest {
    @Nested
    class DoesNotStart {
        @Test
        void whenAnotherIsActive() {
            lock.refuse();
            try (LogLines log = LogLines.of(BotRunner.class)) {
                assertThat(run()).succeedsWithin(LONG).isEqualTo(ANOTHER_IS_ACTIVE);

                assertJournalBeforeTheRest("try");
                assertThat(runner.heldBy()).contains(ManualLock.ANOTHER);
                assertThat(log.lines())
                        .contains(
                                "ERROR Not started: the active instance is process 4711 on host-b, started 2026-01-02T03:04:05Z,"
                                        + " with a lease that ends in 23 s unless renewed");
            }
        }

        @Test
        void whenSomethingElseHoldsTheLockForEver() {
            lock.refuse(new LockHolder("set by\nhand", "", 0, Instant.EPOCH, LockHolder.FOREVER));
            try (LogLines log = LogLines.of(BotRunner.class)) {
                assertThat(run()).succeedsWithin(LONG).isEqualTo(ANOTHER_IS_ACTIVE);
                assertThat(log.lines())
                        .contains(
                                "ERROR Not started: the active instance is \"set by\\u000ahand\", with a lease that does not expire");
            }
        }

        @Test
        void whenTheLockCannotBeHad() {
            lock.answer(() -> {
                throw new LockUnavailableException("bot", "connection refused", null);
            });
            try (LogLines log = LogLines.of(BotRunner.class)) {
                assertThat(run()).succeedsWithin(LONG).isEqualTo(FAILED);

                assertJournalBeforeTheRest("try");
                assertThat(cause(log, "Not started")).contains("connection refused");
            }
        }

        @Test
        void whenTheStandByFailsForGood() {
            lock.refuse();
            lock.answer(() -> {
                throw new LockClosedException("bot");
            });
            runner.standby();

            assertThat(run()).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "stand by");
        }

        @Test
        void whenStoppedBefore() {
            lock.grant();
            runner.stop();

            assertThat(run()).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest();
        }

        @Test
        void whenStoppedWhileStandingBy() {
            runner.standby();
            CompletableFuture<Integer> status = run();
            journal.awaitEntry("stand by");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest("try", "stand by");
            assertThat(runner.heldBy()).isEmpty();
        }

        @Test
        void whenInterruptedWhileStandingBy() {
            runner.standby();
            CompletableFuture<Integer> status = run();
            journal.awaitEntry("stand by");
            running.interrupt();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest("try", "stand by");
        }

        @Test
        void whenStoppedJustAsTheLockWasHad() {
            ManualLease lease = new ManualLease(9, journal);
            lock.answer(() -> {
                runner.stop();
                return new Acquired(lease);
            });

            assertThat(run()).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest("try", "release 9");
        }

        @Test
        void whenStoppedThoughTheAttemptDoesNotHearAndGetsTheLockLater() {
            runner.timeouts(IMPATIENT_TO_BEGIN);
            ManualLease late = new ManualLease(9, journal);
            lock.answer(() -> {
                hang();
                return new Acquired(late);
            });
            CompletableFuture<Integer> status = run();
            journal.awaitEntry("try");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest("try");
            stuck.countDown();
            journal.awaitEntry("release 9");
        }

        @Test
        void whenStoppedAndGivesBackALeaseThatCameWithIt() {
            ManualLease late = new ManualLease(9, journal);
            CountDownLatch closed = new CountDownLatch(1);
            runner.thenClose("last", LONG, closed::countDown);
            late.whenClosed = () -> {
                awaitAWhile(closed); // the last step must not run before the release has ended
                journal.accept("released 9");
            };
            lock.answer(() -> {
                runner.stop();
                hangUntilInterrupted();
                return new Acquired(late);
            });

            assertThat(run()).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertThat(journal.entries())
                    .containsExactly("try", "release 9", "released 9", "close lock", "close redis", "close database");
        }

        private static void awaitAWhile(CountDownLatch latch) {
            boolean flag = Thread.interrupted();
            try {
                assertThat(latch.await(300, TimeUnit.MILLISECONDS)).isFalse();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (flag) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Nested
    class Start {
        @Test
        void thatFailsReleasesTheLock() {
            lock.grant();
            try (LogLines log = LogLines.of(BotRunner.class)) {
                assertThat(run(lease -> {
                            throw new IOException("bad token");
                        }))
                        .succeedsWithin(LONG)
                        .isEqualTo(FAILED);
                assertJournalBeforeTheRest("try", "release 1");
                assertThat(cause(log, "could not be started")).isEqualTo("bad token");
            }
        }

        @Test
        void thatFailsEndsAStandByToo() {
            lock.grant();
            runner.standby();
            assertThat(run(lease -> {
                        throw new LinkageError("no such class");
                    }))
                    .succeedsWithin(LONG)
                    .isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "release 1");
        }

        @Test
        void thatBringsNoBotFails() {
            lock.grant();
            assertThat(run(lease -> null)).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "release 1");
        }

        @Test
        void isInterruptedByAStop() {
            lock.grant();
            CompletableFuture<Integer> status = run(lease -> {
                journal.accept("starting");
                stuck.await();
                return newBot(lease);
            });
            journal.awaitEntry("starting");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest("try", "starting", "release 1");
        }

        @Test
        void isInterruptedByALoss() {
            ManualLease lease = lock.grant();
            CompletableFuture<Integer> status = run(given -> {
                journal.accept("starting");
                stuck.await();
                return newBot(given);
            });
            journal.awaitEntry("starting");
            lease.lose(LossReason.TAKEN);

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "starting");
        }

        @Test
        void thatBringsABotInSpiteOfTheStopHasItStopped() {
            lock.grant();
            CompletableFuture<Integer> status = run(lease -> {
                journal.accept("starting");
                hangUntilInterrupted();
                return newBot(lease);
            });
            journal.awaitEntry("starting");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(STOPPED);
            assertJournalBeforeTheRest("try", "starting", "start 1", "stop polling 1", "drain 1", "release 1");
        }

        @Test
        void thatDoesNotEndKeepsTheLockAndABotThatComesLateIsStopped() {
            runner.timeouts(IMPATIENT_TO_BEGIN);
            lock.grant();
            CompletableFuture<Integer> status = run(lease -> {
                journal.accept("starting");
                hang();
                return newBot(lease);
            });
            journal.awaitEntry("starting");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
            assertThat(journal.entries()).containsExactly("try", "starting", "close redis", "close database");
            stuck.countDown();
            journal.awaitEntry("drain 1");
            assertThat(journal.entries()).endsWith("start 1", "stop polling 1", "drain 1");
        }

        @Test
        void doesNotHappenWithALeaseThatIsLostAlready() {
            lock.grant().lose(LossReason.SUSPENDED);

            assertThat(run()).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try");
        }

        @Test
        void doesNotHappenWithALeaseThatIsExpiringAlready() {
            lock.grant().expire();

            assertThat(run()).succeedsWithin(LONG).isEqualTo(FAILED);
            assertJournalBeforeTheRest("try", "release 1");
        }
    }
}
