package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.Round.Votes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A store that combines several stores (nodes) that fail independently; the majority of the nodes decides. It works as
 * long as a majority of the nodes works, and forgets a lease only if, within the time to live of a lease, so many nodes
 * forget it that the others are not a majority. The algorithm is Redlock with four amendments: tokens increase across
 * majorities, since the highest token is written to a majority before it is issued; a node that may have forgotten
 * leases is not counted among those that remember; a node that lacks a lease gets it back, but only when a majority has
 * just renewed it; and a claim that gets no majority because others ask at the same time releases what it got and asks
 * again, a few times.
 *
 * <p>Thread-safe. All nodes are asked at the same time. By default, each may take a twentieth of the time to live, at
 * least 10 ms and at most 2 s; an acquisition may take four times as long. A lease of only a few milliseconds cannot be
 * granted by a majority in time. A release reported by a majority of the nodes gives a hint at once; one that fewer
 * nodes report gives a hint up to a second later. Use an odd number of nodes: four nodes tolerate no more failures than
 * three.
 */
public final class QuorumLeaseStore implements LeaseStore {
    private final Quorum quorum;
    private final QuorumClaims claims;
    private volatile boolean closed;

    /**
     * Creates a store over several nodes.
     *
     * @param nodes stores that share neither machines nor power; closed with this one
     * @throws IllegalArgumentException if there are no nodes, or a node occurs twice
     */
    public QuorumLeaseStore(List<? extends LeaseStore> nodes) {
        this(nodes, Optional.empty(), LeaseClock.system(), QuorumLeaseStore::later);
    }

    /**
     * Creates a store over several nodes.
     *
     * @param nodes stores that share neither machines nor power; closed with this one
     * @param nodeTimeout how long a node may take to answer before it counts as failed
     * @throws IllegalArgumentException if there are no nodes, a node occurs twice, or the timeout is not positive
     */
    public QuorumLeaseStore(List<? extends LeaseStore> nodes, Duration nodeTimeout) {
        this(
                nodes,
                Optional.of(requireNonNull(nodeTimeout, "nodeTimeout")),
                LeaseClock.system(),
                QuorumLeaseStore::later);
    }

    QuorumLeaseStore(
            List<? extends LeaseStore> nodes, Optional<Duration> nodeTimeout, LeaseClock clock, Quorum.Delay delay) {
        if (requireNonNull(nodes, "nodes").isEmpty() || new HashSet<>(nodes).size() < nodes.size()) {
            throw new IllegalArgumentException("a quorum needs at least one node, and no node twice: " + nodes);
        }
        nodeTimeout.filter(limit -> limit.isNegative() || limit.isZero()).ifPresent(limit -> {
            throw new IllegalArgumentException("nodeTimeout must be positive: " + limit);
        });
        quorum = new Quorum(List.copyOf(nodes), nodeTimeout, clock, delay);
        claims = new QuorumClaims(clock);
    }

    /** Runs an action later, on the JDK's thread for delays; nothing here blocks that thread. */
    static void later(Duration time, Runnable action) {
        Executor executor = CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
        executor.execute(action);
    }

    private <T> CompletionStage<T> unlessClosed(Supplier<CompletionStage<T>> operation) {
        if (closed) {
            return CompletableFuture.failedFuture(new LeaseStoreException("the quorum is closed", true, null));
        }
        claims.sweep();
        return operation.get();
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        requireNonNull(request, "request");
        return unlessClosed(() -> QuorumAcquisition.begin(quorum, claims, request));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        requireNonNull(request, "request");
        return unlessClosed(() -> QuorumRenewal.begin(quorum, claims, request));
    }

    /**
     * Releases the claim. If a renewal may be in progress, waits for all nodes, since a node that was not asked yet, or
     * one that lacks the claim, could revive it.
     */
    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        requireNonNull(name, "name");
        requireNonNull(claim, "claim");
        return unlessClosed(() -> {
            boolean ours = claims.release(name, claim);
            return quorum.ask(quorum.limit(), node -> node.release(name, claim))
                    .decide(votes -> released(votes).filter(held -> ours || !held || votes.outstanding() == 0));
        });
    }

    private Optional<Boolean> released(Votes<Boolean> votes) {
        if (votes.count(true) >= quorum.majority()) {
            return Optional.of(true);
        }
        if (quorum.isVeto(votes.count(false))) {
            return Optional.of(false);
        }
        if (votes.outstanding() == 0) {
            throw quorum.noMajority(votes);
        }
        return Optional.empty();
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        requireNonNull(name, "name");
        return unlessClosed(() -> quorum.ask(quorum.limit(), node -> node.read(name))
                .decide(votes -> quorum.isSettled(votes)
                        ? FoundByNodes.combined(quorum, votes.of(StoredLease.class), votes)
                        : Optional.empty()));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        requireNonNull(name, "name");
        return unlessClosed(() -> {
            claims.endGranted(name);
            return quorum.ask(quorum.limit(), node -> node.force(name).thenApply(done -> true))
                    .decide(votes -> quorum.isSettled(votes) ? Optional.of(true) : Optional.empty())
                    .thenAccept(done -> {});
        });
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        requireNonNull(name, "name");
        requireNonNull(hint, "hint");
        return unlessClosed(() -> QuorumSubscription.begin(quorum, name, hint));
    }

    /** Closes the store and its nodes. */
    @Override
    public void close() {
        closed = true;
        RuntimeException failure = null;
        for (LeaseStore node : quorum.nodes()) {
            try {
                node.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Returns the number of names with entries, including expired ones that have not been removed yet. */
    int size() {
        return claims.size();
    }
}
