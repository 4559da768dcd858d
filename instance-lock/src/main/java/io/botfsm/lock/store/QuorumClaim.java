package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Occupied;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What nodes are asked to keep for one claim. Once it has ended nothing of it comes back: what a node grants later is
 * released. Thread-safe.
 */
final class QuorumClaim {
    private final String name;
    private final Claim claim;
    private volatile long until;
    private volatile boolean granted;
    private volatile boolean released;
    private volatile boolean ended;

    /** @param until when a lease asked for now is over */
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

    void lastUntil(long later) {
        until = later;
    }

    /** A majority has granted it. */
    void grant() {
        granted = true;
    }

    boolean isGranted() {
        return granted;
    }

    void end() {
        ended = true;
    }

    /** Ends it by a release of the claim, which all nodes are told. */
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

    /** Asks a node for the lease. */
    CompletionStage<Acquisition> acquire(LeaseStore node, LeaseRequest request) {
        if (ended) {
            return CompletableFuture.failedFuture(new LeaseStoreException("released meanwhile", false, null));
        }
        CompletionStage<Acquisition> answer = node.acquire(request);
        var unused = answer.whenComplete((acquisition, failure) -> {
            if (ended && !(acquisition instanceof Occupied)) { // the release may have come before it
                Quorum.releaseQuietly(node, name, claim);
            }
        });
        return answer;
    }
}
