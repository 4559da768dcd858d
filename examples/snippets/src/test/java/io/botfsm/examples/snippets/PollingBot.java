package io.botfsm.examples.snippets;

import io.botfsm.lifecycle.BotRunner.Bot;
import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

// snippet: lock-bot
final class PollingBot implements Bot {
    private final Lease lease;
    private final Callable<List<String>> longPoll;
    private final Consumer<String> handler;
    private final ExecutorService poller = Executors.newSingleThreadExecutor();
    private final ExecutorService handlers = Executors.newFixedThreadPool(4);
    private final CompletableFuture<Void> polling;

    PollingBot(Lease lease, Callable<List<String>> longPoll, Consumer<String> handler) {
        this.lease = lease;
        this.longPoll = longPoll;
        this.handler = handler;
        this.polling = CompletableFuture.runAsync(this::poll, poller);
    }

    private void poll() {
        try {
            while (true) {
                List<String> updates = longPoll.call(); // confirms those of the poll before
                while (!lease.isHeld()) { // a poll takes long
                    Thread.sleep(20); // held again soon, or the runner stops polling
                }
                CompletableFuture<?>[] handled = updates.stream()
                        .map(update -> CompletableFuture.runAsync(() -> handler.accept(update), handlers))
                        .toArray(CompletableFuture<?>[]::new);
                CompletableFuture.allOf(handled).get(); // so that the next poll confirms only what was handled
            }
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public CompletionStage<?> ended() {
        return polling; // when polling breaks, the bot is stopped in order, and the status is 1
    }

    @Override
    public void stopPolling() throws Exception {
        poller.shutdownNow(); // interrupts the poll
        if (!poller.awaitTermination(5, TimeUnit.SECONDS)) {
            throw new TimeoutException("still polling");
        }
    }

    @Override
    public void drain(Duration limit) throws Exception {
        handlers.shutdown();
        if (!handlers.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("a handler is still running"); // the lock is not released then
        }
    }
}
// end
