package io.botfsm.telegrambots;

import io.botfsm.lifecycle.BotRunner;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A bot that answers updates and fires timeouts, under one lease. */
record PollingWithTimeouts(TelegramSender sender, PollingSession polling, BotRunner.Bot timeouts)
        implements BotRunner.Bot {
    /**
     * Fires no timeouts.
     *
     * @param ended fails if the bot is to end
     */
    record NoTimeouts(CompletableFuture<?> ended) implements BotRunner.Bot {
        @Override
        public void stopPolling() {
            // nothing has begun
        }

        @Override
        public void drain(Duration limit) {
            // nothing runs
        }
    }

    @Override
    public void stopPolling() throws Exception {
        sender.stopping(true);
        try {
            timeouts.stopPolling();
        } finally {
            polling.stopPolling();
        }
    }

    @Override
    public void drain(Duration limit) throws Exception {
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
