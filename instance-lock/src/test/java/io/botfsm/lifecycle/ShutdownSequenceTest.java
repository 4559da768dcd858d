package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.botfsm.lifecycle.ShutdownSequence.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

@Timeout(60)
class ShutdownSequenceTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    /** Waits for the release, even if interrupted. */
    private void awaitRelease() {
        boolean waiting = true;
        while (waiting) {
            try {
                release.await();
                waiting = false;
            } catch (InterruptedException e) {
                done.add("interrupted");
            }
        }
    }

    @Nested
    class Steps {
        @Test
        void runOneAfterAnotherInTheOrderGiven() {
            Result result = ShutdownSequence.builder()
                    .step("polling", LONG, () -> done.add("polling"))
                    .step("redis", LONG, () -> done.add("redis"))
                    .step("database", LONG, () -> done.add("database"))
                    .build()
                    .run();

            assertThat(done).containsExactly("polling", "redis", "database");
            assertThat(result).isEqualTo(new Result(List.of(), List.of()));
            assertThat(result.isClean()).isTrue();
        }

        @Test
        void runAlsoAfterOneThatFailed() {
            Result result = ShutdownSequence.builder()
                    .step("exception", LONG, () -> {
                        throw new IOException("no");
                    })
                    .step("error", LONG, () -> {
                        throw new AssertionError("never");
                    })
                    .step("last", LONG, () -> done.add("last"))
                    .build()
                    .run();

            assertThat(done).containsExactly("last");
            assertThat(result).isEqualTo(new Result(List.of("exception", "error"), List.of()));
            assertThat(result.isClean()).isFalse();
        }

        @Test
        void runAlsoAfterOneThatOverranAndWasInterrupted() {
            CountDownLatch interrupted = new CountDownLatch(1);
            Result result = ShutdownSequence.builder()
                    .step("slow", SHORT, () -> {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                        }
                    })
                    .step("last", LONG, () -> {
                        interrupted.await();
                        done.add("last");
                    })
                    .build()
                    .run();

            assertThat(done).containsExactly("last");
            assertThat(result).isEqualTo(new Result(List.of(), List.of("slow")));
            assertThat(result.isClean()).isFalse();
        }

        @Test
        void leaveNoThreadBehindButOfOneThatIsStuck() {
            Result result = ShutdownSequence.builder()
                    .step("left stuck", SHORT, ShutdownSequenceTest.this::awaitRelease)
                    .step("left done", LONG, () -> done.add("done"))
                    .build()
                    .run();

            assertThat(result.overran()).containsExactly("left stuck");
            soon().untilAsserted(() -> assertThat(stepThreads()).containsExactly("botfsm-shutdown: left stuck"));
            release.countDown();
            soon().untilAsserted(() -> assertThat(stepThreads()).isEmpty());
            assertThat(done).containsExactlyInAnyOrder("done", "interrupted");
        }

        private static List<String> stepThreads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("botfsm-shutdown: left"))
                    .toList();
        }

        @Test
        void runOnDaemonThreads() {
            ShutdownSequence.builder()
                    .step(
                            "any",
                            LONG,
                            () -> done.add("daemon: " + Thread.currentThread().isDaemon()))
                    .build()
                    .run();

            assertThat(done).containsExactly("daemon: true");
        }
    }

    @Nested
    class Runs {
        @Test
        void onceAndASecondCallerWaitsForTheSameResult() {
            CountDownLatch begun = new CountDownLatch(1);
            ShutdownSequence sequence = ShutdownSequence.builder()
                    .step("step", LONG, () -> {
                        done.add("step");
                        begun.countDown();
                        release.await();
                        throw new IOException("no");
                    })
                    .build();

            CompletableFuture<Result> first = onThread(sequence);
            soon().until(() -> begun.getCount() == 0);
            CompletableFuture<Result> second = onThread(sequence);
            soon().until(() -> waiting("runs-2"));
            assertThat(second).isNotDone();
            release.countDown();

            assertThat(first).succeedsWithin(LONG).isEqualTo(new Result(List.of("step"), List.of()));
            assertThat(second).succeedsWithin(LONG).isSameAs(first.join());
            assertThat(sequence.run()).isSameAs(first.join());
            assertThat(done).containsExactly("step");
        }

        private int threads;

        private CompletableFuture<Result> onThread(ShutdownSequence sequence) {
            CompletableFuture<Result> result = new CompletableFuture<>();
            threads++;
            new Thread(() -> result.complete(sequence.run()), "runs-" + threads).start();
            return result;
        }

        private static boolean waiting(String name) {
            return Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals(name) && thread.getState() == Thread.State.WAITING);
        }

        @Test
        void toTheEndThoughTheCallerIsInterrupted() {
            ShutdownSequence sequence = ShutdownSequence.builder()
                    .step("first", LONG, () -> {
                        Thread.sleep(1); // would throw if this thread were interrupted
                        done.add("first");
                    })
                    .step("second", LONG, () -> done.add("second"))
                    .build();

            Thread.currentThread().interrupt();
            Result result = sequence.run();

            assertThat(Thread.interrupted()).as("flag kept").isTrue();
            assertThat(result.isClean()).isTrue();
            assertThat(done).containsExactly("first", "second");
        }

        @Test
        void toTheEndThoughAStepRunsTheSequenceAgain() {
            CompletableFuture<ShutdownSequence> self = new CompletableFuture<>();
            self.complete(ShutdownSequence.builder()
                    .step("again", SHORT, () -> self.join().run())
                    .step("last", LONG, () -> done.add("last"))
                    .build());

            assertThat(self.join().run()).isEqualTo(new Result(List.of(), List.of("again")));
            assertThat(done).containsExactly("last");
        }

        @Test
        void withoutSteps() {
            assertThat(ShutdownSequence.builder().build().run().isClean()).isTrue();
        }
    }

    @Nested
    class Log {
        @Test
        void hasEachStepWithItsNameAndTime() {
            IOException failure = new IOException("no");
            try (LogLines log = LogLines.of(ShutdownSequence.class)) {
                ShutdownSequence.builder()
                        .step("good", LONG, () -> {})
                        .step("bad", LONG, () -> {
                            throw failure;
                        })
                        .step("slow", SHORT, release::await)
                        .build()
                        .run();

                assertThat(log.lines())
                        .containsExactly(
                                "INFO Shutdown step \"good\": done in N ms",
                                "ERROR Shutdown step \"bad\": failed after N ms",
                                "ERROR Shutdown step \"slow\": not done in N ms, interrupted and abandoned");
                assertThat(log.events().get(1).getThrowableProxy().getClassName())
                        .isEqualTo(IOException.class.getName());
            }
        }

        @Test
        void mayFailWithoutKeepingAStepFromRunning() {
            LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
            TurboFilter broken = new TurboFilter() {
                @Override
                public FilterReply decide(
                        Marker marker, Logger logger, Level level, String format, Object[] args, Throwable t) {
                    if (logger.getName().equals(ShutdownSequence.class.getPackageName())) {
                        throw new IllegalStateException("broken logging");
                    }
                    return FilterReply.NEUTRAL;
                }
            };
            context.addTurboFilter(broken);
            try {
                Result result = ShutdownSequence.builder()
                        .step("first", LONG, () -> done.add("first"))
                        .step("second", LONG, () -> done.add("second"))
                        .build()
                        .run();
                assertThat(result.isClean()).isTrue();
            } finally {
                context.getTurboFilterList().remove(broken);
            }
            assertThat(done).containsExactly("first", "second");
        }
    }

    @Nested
    class Refuses {
        private final ShutdownSequence.Builder builder =
                ShutdownSequence.builder().step("redis", LONG, () -> {});

        @Test
        void aNameTwice() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.step("redis", LONG, () -> {}))
                    .withMessage("there is already a step \"redis\"");
        }

        @Test
        void aBlankName() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.step(" ", LONG, () -> {}))
                    .withMessage("the name of a step must not be blank: \" \"");
        }

        @Test
        void aLimitThatIsNone() {
            for (Duration limit : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(2))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> builder.step("database", limit, () -> {}))
                        .withMessage("the limit of step \"database\" must be positive and at most a day: " + limit);
            }
        }

        @Test
        void nothingToDo() {
            assertThatNullPointerException()
                    .isThrownBy(() -> builder.step("database", LONG, null))
                    .withMessage("action");
        }
    }
}
