package io.botfsm.lock.internal;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Releases a claim in the store, and repeats that until the store has answered or the timeout of one request has
 * elapsed. Thread-safe.
 */
final class ConfirmedRelease {
    private final LeaseEngine engine;
    private final String name;
    private final Claim claim;
    private final boolean untilFound;
    private final long end;
    private final CompletableFuture<Boolean> confirmed = new CompletableFuture<>();

    private ConfirmedRelease(LeaseEngine engine, String name, Claim claim, boolean untilFound, Duration timeout) {
        this.engine = engine;
        this.name = name;
        this.claim = claim;
        this.untilFound = untilFound;
        this.end = engine.clock().nanoTime() + timeout.toNanos();
    }

    /**
     * Starts the release.
     *
     * @param untilFound whether to ask again even if the store does not know the claim, whose request may still be on
     *     its way
     * @return whether the store has confirmed that it ended the claim or, without {@code untilFound}, that it does not
     *     have it, since an earlier request whose answer was lost may have ended it; the stage never fails
     */
    static CompletionStage<Boolean> begin(LeaseEngine engine, String name, Claim claim, boolean untilFound) {
        Duration timeout = engine.timings().requestTimeout();
        ConfirmedRelease release = new ConfirmedRelease(engine, name, claim, untilFound, timeout);
        release.ask(); // first, so that the timer is set while the request is on its way
        Scheduler.Task timer = engine.later(timeout, () -> release.confirmed.complete(false));
        return release.confirmed.whenComplete((answer, never) -> timer.cancel());
    }

    private void ask() {
        var unused = engine.release(name, claim).whenComplete(this::answered);
    }

    private void answered(@Nullable Boolean released, @Nullable Throwable failure) {
        boolean ended = Boolean.TRUE.equals(released);
        boolean settled = failure == null && (ended || !untilFound);
        boolean hopeless = failure instanceof LeaseStoreException known && known.isLasting();
        Duration pause = engine.timings().retryPause();
        if (settled || hopeless || end - engine.clock().nanoTime() <= pause.toNanos()) {
            confirmed.complete(settled);
        } else {
            engine.later(pause, this::ask);
        }
    }
}
