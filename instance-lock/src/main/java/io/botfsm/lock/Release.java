package io.botfsm.lock;

import io.botfsm.lock.store.Claim;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Gives a claim back to the store, again and again until that has answered or the time is over. Thread-safe. */
final class Release {
    private final LeaseEngine engine;
    private final Claim claim;
    private final long end;
    private final boolean untilFound;
    private final CompletableFuture<Boolean> confirmed = new CompletableFuture<>();

    private Release(LeaseEngine engine, Claim claim, long end, boolean untilFound) {
        this.engine = engine;
        this.claim = claim;
        this.end = end;
        this.untilFound = untilFound;
    }

    /**
     * Begins.
     *
     * @param end when to stop asking again, by the clock's nanoseconds
     * @param untilFound whether to ask again also when the store does not know the claim, which may still be on its way
     * @return whether the store said that it has ended the claim or, without {@code untilFound}, that it does not have it;
     *     never fails
     */
    static CompletionStage<Boolean> begin(LeaseEngine engine, Claim claim, long end, boolean untilFound) {
        Release release = new Release(engine, claim, end, untilFound);
        release.ask();
        return release.confirmed;
    }

    private void ask() {
        var unused = engine.release(claim).whenComplete(this::answered);
    }

    private void answered(@Nullable Boolean had, @Nullable Throwable failure) {
        boolean ended = failure == null && Boolean.TRUE.equals(had);
        boolean settled = failure == null && (ended || !untilFound);
        long pause = engine.timings().retryPause().toNanos();
        if (settled || end - engine.clock().nanoTime() <= pause) {
            confirmed.complete(settled);
        } else {
            engine.later(engine.timings().retryPause(), this::ask);
        }
    }
}
