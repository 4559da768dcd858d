package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.FailingAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A run ends in order even if logging fails, and whatever its bot throws. */
class FailingRunTest extends RunnerTest {
    @Test
    void everythingIsClosed() {
        lock.grant();
        try (FailingAppender appender = FailingAppender.of(BotRunner.class)) {
            assertThat(appender.isStarted()).isTrue();
            CompletableFuture<Integer> status = run();
            journal.awaitEntry("start 1");
            runner.stop();

            assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
        }
        assertThat(journal.entries()).containsSubsequence("start 1", "stop polling 1", "drain 1", "close lock");
        assertThat(journal.entries()).endsWith(REST.toArray(new String[0]));
    }

    /** An error in {@code ended()} is not a failed start: the bot is already running. */
    @Test
    void aBotThatCannotReportItsEndIsStopped() {
        lock.grant();
        CompletableFuture<Integer> status = run(lease -> new TestBot(lease, journal) {
            @Override
            public CompletionStage<?> ended() {
                throw new NoClassDefFoundError("a library of the bot's");
            }
        });

        assertThat(status).succeedsWithin(LONG).isEqualTo(FAILED);
        assertThat(journal.entries()).containsSubsequence("start 1", "stop polling 1", "drain 1", "close lock");
    }

    @Nested
    class OfASequence {
        @Test
        void allStepsRunAndWhoWaitsIsNotified() {
            List<String> ran = new CopyOnWriteArrayList<>();
            ShutdownSequence sequence = ShutdownSequence.builder()
                    .step("first", LONG, () -> ran.add("first"))
                    .step("second", LONG, () -> ran.add("second"))
                    .build();
            try (FailingAppender appender = FailingAppender.of(ShutdownSequence.class)) {
                assertThat(appender.isStarted()).isTrue();
                assertThat(sequence.run().isClean()).isTrue();
            }
            assertThat(ran).containsExactly("first", "second");
            assertThat(CompletableFuture.supplyAsync(sequence::run)).succeedsWithin(Duration.ofSeconds(30));
        }
    }
}
