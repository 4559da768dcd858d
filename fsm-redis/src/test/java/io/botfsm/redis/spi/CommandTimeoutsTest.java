package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CommandTimeoutsTest {
    /** Such as when no thread could be started. */
    @Test
    void anErrorOfOneCommandDoesNotKeepTheNextFromEnding() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        try {
            CommandTimeouts timeouts = new CommandTimeouts(Duration.ofMillis(50), executor);
            AtomicBoolean ended = new AtomicBoolean();
            timeouts.begin(command(() -> {
                throw new InternalError("no thread");
            }));
            timeouts.begin(command(() -> ended.set(true)));
            await().untilTrue(ended);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Nobody would end them later: the executor is shut down. */
    @Test
    void closedItEndsThoseThatHaveBegunAndThoseThatBeginLater() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        CommandTimeouts timeouts = new CommandTimeouts(Duration.ofMinutes(1), executor);
        AtomicBoolean before = new AtomicBoolean();
        AtomicBoolean after = new AtomicBoolean();
        timeouts.begin(command(() -> before.set(true)));
        timeouts.close();
        executor.shutdownNow();
        timeouts.begin(command(() -> after.set(true)));

        assertThat(before).isTrue();
        assertThat(after).isTrue();
    }

    private static CommandTimeouts.TimedCommand command(Runnable end) {
        return new CommandTimeouts.TimedCommand() {
            @Override
            public boolean isDone() {
                return false;
            }

            @Override
            public void timeOut(Duration timeout) {
                end.run();
            }
        };
    }
}
