package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Occupied;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The requests to nodes for one claim. After it has ended, it is not revived: what a node grants later is released.
 * Thread-safe.
 */
final class QuorumClaim {
    private final String name;
    private final Claim claim;
    private volatile long until;
    private volatile boolean granted;
    private volatile boolean released;
    private volatile boolean ended;

    /** @param until when a lease that is requested now has ended */
    QuorumClaim(LeaseRequest request, long until) {
        this.name = request.name();
        this.claim = request.claim();
        this.until = until;
    }

    String name() {
        return name;
    }

    Claim claim() {
        return claim;
    }

    void extendTo(long end) {
        until = end;
    }

    /** Records that a majority has granted it. */
    void grant() {
        granted = true;
    }

    boolean isGranted() {
        return granted;
    }

    void end() {
        ended = true;
    }

    /** Ends it by a release of the claim, which is sent to all nodes. */
    void release() {
        released = true;
        ended = true;
    }

    boolean isReleased() {
        return released;
    }

    boolean isEnded() {
        return ended;
    }

    boolean isOver(long now) {
        return ended || until - now <= 0;
    }

    /** Requests the lease from a node. */
    CompletionStage<Acquisition> acquire(LeaseStore node, LeaseRequest request) {
        if (ended) {
            return CompletableFuture.failedFuture(
                    new LeaseStoreException("the lease was released meanwhile", false, null));
        }
        CompletionStage<Acquisition> answer = node.acquire(request);
        var unused = answer.whenComplete((acquisition, failure) -> {
            if (ended && !(acquisition instanceof Occupied)) { // the release may have arrived before the acquisition
                Quorum.releaseQuietly(node, name, claim);
            }
        });
        return answer;
    }
}
