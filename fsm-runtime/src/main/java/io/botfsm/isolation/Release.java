package io.botfsm.isolation;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Gives a claim back to the store, again and again until that has answered or the time is over. Thread-safe. */
final class Release {
    private final Leases leases;
    private final String name;
    private final Claim claim;
    private final boolean untilFound;
    private final long end;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    private Release(Leases leases, String name, Claim claim, boolean untilFound) {
        this.leases = leases;
        this.name = name;
        this.claim = claim;
        this.untilFound = untilFound;
        this.end = leases.now() + leases.times().requestTimeout().toNanos();
    }

    /**
     * Of a lease that was had. The stage never fails, and ends in the time of one attempt, with whether the store said that the
     * lease is over: an earlier request may have ended it whose answer was lost.
     */
    static CompletionStage<Boolean> of(Leases leases, String name, Claim claim) {
        return begin(new Release(leases, name, claim, false));
    }

    /**
     * Of a lease that was asked for with unknown outcome: the question may still be on its way, also where the store says that
     * it knows of none. What escapes this is known for what it is when it is next found in the way.
     */
    static CompletionStage<Boolean> ofUnknown(Leases leases, String name, Claim claim) {
        return begin(new Release(leases, name, claim, true));
    }

    private static CompletionStage<Boolean> begin(Release release) {
        IsolationThreads.Timer limit = release.leases.at(release.end, () -> release.done.complete(false));
        release.ask();
        return release.done.whenComplete((answer, never) -> limit.cancel());
    }

    private void ask() {
        var unused = leases.release(name, claim).whenComplete(this::answered);
    }

    private void answered(@Nullable Boolean had, @Nullable Throwable failure) {
        boolean ended = Boolean.TRUE.equals(had);
        boolean hopeless = failure instanceof LeaseStoreException known && known.isLasting();
        boolean settled = failure == null && (ended || !untilFound);
        if (settled
                || hopeless
                || end - leases.now() <= leases.times().retryPause().toNanos()) {
            done.complete(settled);
        } else {
            leases.later(leases.times().retryPause(), this::ask);
        }
    }
}
