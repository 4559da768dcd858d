package io.botfsm.telegrambots;

import io.botfsm.lifecycle.BotRunner;
import io.botfsm.timeout.TimeoutRunner;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** A bot that answers updates and fires timeouts, under one lease. */
record PollingWithTimeouts(PollingSession polling, TimeoutRunner timeouts) implements BotRunner.Bot {
    @Override
    public void stopPolling() throws InterruptedException {
        try {
            timeouts.stopPolling();
        } finally {
            polling.stopPolling();
        }
    }

    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + limit.toNanos();
        try {
            timeouts.drain(limit);
        } finally {
            polling.drain(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }

    @Override
    public CompletionStage<?> ended() {
        return CompletableFuture.anyOf(
                polling.ended().toCompletableFuture(), timeouts.ended().toCompletableFuture());
    }
}
