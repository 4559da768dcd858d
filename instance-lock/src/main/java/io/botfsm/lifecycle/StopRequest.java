package io.botfsm.lifecycle;

import io.botfsm.lifecycle.Ending.StopAsked;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The request to stop a run. The first request counts; it ends the current round and every later one. A round is one
 * attempt to acquire the lock and the generation that may follow. Whatever ends a round completes its future, and the
 * first completion determines the reason. Since each round has its own future, a late completion cannot end a later
 * round.
 */
final class StopRequest {
    private final Object monitor = new Object();
    private Optional<StopAsked> asked = Optional.empty();
    private CompletableFuture<Ending> round = new CompletableFuture<>();
    private boolean interrupted; // confined to the thread of the run

    /** Requests a stop. Returns whether this is the first request. */
    boolean ask(String why) {
        synchronized (monitor) {
            if (asked.isPresent()) {
                return false;
            }
            StopAsked first = new StopAsked(why);
            asked = Optional.of(first);
            round.complete(first);
            return true;
        }
    }

    CompletableFuture<Ending> nextRound() {
        synchronized (monitor) {
            round = new CompletableFuture<>();
            asked.ifPresent(round::complete);
            return round;
        }
    }

    /** Waits for a future that completes when the round ends, if not earlier. An interrupt is a request to stop. */
    void await(CompletableFuture<?> future) {
        while (!future.isDone()) {
            await(future, Duration.ofDays(1));
        }
    }

    /** Waits at most this long. An interrupt is a request to stop, and ends the wait. */
    void await(CompletableFuture<?> future, Duration atMost) {
        try {
            future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Over, one way or the other.
        } catch (InterruptedException e) {
            interrupted = true;
            ask("its thread was interrupted");
        }
    }

    /** Sets the interrupt flag again if the wait was interrupted. */
    void restoreInterrupt() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
