package io.botfsm.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExitHookTest {
    private final StopRequest stop = new StopRequest();

    @Test
    void isNoLongerThereWhenTheRunIsOver() {
        ExitHook hook = ExitHook.install(stop, Duration.ofSeconds(1));
        hook.remove();

        assertThat(Runtime.getRuntime().removeShutdownHook(hook.thread())).isFalse();
    }

    @Test
    void asksToStopAndDoesNotWaitForEver() throws InterruptedException {
        CompletableFuture<Ending> round = stop.nextRound();
        ExitHook hook = ExitHook.install(stop, Duration.ofMillis(20));
        Thread thread = hook.thread();
        Runtime.getRuntime().removeShutdownHook(thread);
        try (LogLines log = LogLines.of(BotRunner.class)) {
            thread.start();
            thread.join(); // although the run has not ended

            assertThat(log.lines())
                    .containsExactly(
                            "ERROR The JVM exits although the run has not ended within PT0.02S; the lease stays"
                                    + " held until it expires");
        }
        assertThat(round.join().why()).isEqualTo("the JVM is exiting");
    }
}
