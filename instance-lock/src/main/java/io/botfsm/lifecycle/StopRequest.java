package io.botfsm.lifecycle;

import io.botfsm.lifecycle.Ending.StopAsked;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The request to stop a run. The first one counts; it ends the round that is under way and every later one. A round is
 * one attempt at the lock and the generation that may come of it: whatever ends it completes its future, and the first
 * to do so decides why. Since each round has a future of its own, nothing that comes late ends a later one.
 */
final class StopRequest {
    private final Object monitor = new Object();
    private Optional<StopAsked> asked = Optional.empty();
    private CompletableFuture<Ending> round = new CompletableFuture<>();
    private boolean interrupted; // the running thread's own

    /** Asks to stop; returns whether nobody had. */
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

    /** Waits for something that ends with the round. An interrupt is a request to stop. */
    void await(CompletableFuture<?> future) {
        while (!future.isDone()) {
            await(future, Duration.ofDays(1));
        }
    }

    /** Waits at most that long. An interrupt is a request to stop, and ends the wait. */
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

    /** Sets the flag again if the waiting was interrupted. */
    void restoreInterrupt() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
