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
 * One store made of several that fail independently: what more than half of them say is so. It works as long as more
 * than half of them do, and forgets a lease only if so many of them forget it within a time to live that the others are
 * no majority. The algorithm is that of Redlock with four amendments: tokens rise over every majority, since the
 * highest is written to one before it is given out; a node that may have forgotten is not counted among those that
 * remember; a node that lacks a lease gets it back, but only when a majority has just renewed it; and who gets no
 * majority because others ask at the same time gives back what it got and asks again, a few times.
 *
 * <p>Thread-safe. All nodes are asked at once, and each is given a twentieth of the time to live, but 10 ms at least
 * and 2 s at most, unless chosen otherwise; an acquisition may take four times as long. Where a lease lasts no longer
 * than a few milliseconds, no majority can grant it in time. Hints come from a majority of the nodes; what fewer tell
 * of comes up to a second later. Have an odd number of nodes: of four as few may fail as of three.
 */
public final class QuorumLeaseStore implements LeaseStore {
    private final Quorum quorum;
    private final QuorumClaims claims;
    private volatile boolean closed;

    /**
     * A store over others.
     *
     * @param nodes stores that share neither machines nor power; closed with this one
     * @throws IllegalArgumentException if there are none, or one comes twice
     */
    public QuorumLeaseStore(List<? extends LeaseStore> nodes) {
        this(nodes, Optional.empty(), LeaseClock.system(), QuorumLeaseStore::later);
    }

    /**
     * A store over others.
     *
     * @param nodes stores that share neither machines nor power; closed with this one
     * @param nodeTimeout how long a node may take for an answer before it counts as failed
     * @throws IllegalArgumentException if there are no nodes, or one comes twice, or the limit is not positive
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
            throw new IllegalArgumentException("a quorum needs nodes, and each of them once: " + nodes);
        }
        nodeTimeout.filter(limit -> limit.isNegative() || limit.isZero()).ifPresent(limit -> {
            throw new IllegalArgumentException("nodeTimeout must be positive: " + limit);
        });
        quorum = new Quorum(List.copyOf(nodes), nodeTimeout, clock, delay);
        claims = new QuorumClaims(clock);
    }

    /** On the thread that the JDK keeps for times, where nothing here blocks. */
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
     * Where another may be renewing the claim, waits for all nodes: one not asked yet and one that lacks it could
     * revive it.
     */
    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        requireNonNull(name, "name");
        requireNonNull(claim, "claim");
        return unlessClosed(() -> {
            boolean ours = claims.release(name, claim);
            return quorum.ask(quorum.limit(), node -> node.release(name, claim))
                    .decide(votes -> released(votes).filter(had -> ours || !had || votes.outstanding() == 0));
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

    /** Ends the store and its nodes. */
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

    /** How many names it keeps something for, what is over but has not left yet included. */
    int size() {
        return claims.size();
    }
}
