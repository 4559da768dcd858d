package io.botfsm.lock.store;

import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.Round.Votes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A subscription to the releases that the nodes of a quorum report. It gives a hint when a majority has reported a
 * release, since the lease is then free. A release that fewer nodes report gives a hint a second later, and at most
 * once a second: a failed attempt releases what it got from a minority, and would otherwise wake all standby instances,
 * including itself, for further attempts that fail.
 */
final class QuorumSubscription implements Subscription {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Quorum quorum;
    private final Runnable hint;
    private final Object monitor = new Object();
    private final List<Subscription> parts = new ArrayList<>();
    private final Set<LeaseStore> hinted = new HashSet<>();

    /** Nodes that have not yet reported what a majority has already reported. */
    private final Set<LeaseStore> late = new HashSet<>();

    private boolean waiting;
    private boolean closed;

    private QuorumSubscription(Quorum quorum, Runnable hint) {
        this.quorum = quorum;
        this.hint = hint;
    }

    static CompletionStage<Subscription> begin(Quorum quorum, String name, Runnable hint) {
        QuorumSubscription subscription = new QuorumSubscription(quorum, hint);
        CompletableFuture<Subscription> result = quorum.<Subscription>ask(
                        quorum.limit(), node -> subscription.ask(node, name))
                .decide(subscription::verdict);
        return result.whenComplete((subscribed, failure) -> {
            if (failure != null) {
                subscription.close();
            }
        });
    }

    private CompletionStage<Subscription> ask(LeaseStore node, String name) {
        return node.subscribe(name, () -> onHint(node)).whenComplete((part, failure) -> {
            if (part != null) {
                keep(part);
            }
        });
    }

    /** Keeps a node's subscription, even one that arrives too late to count. */
    private void keep(Subscription part) {
        synchronized (monitor) {
            if (!closed) {
                parts.add(part);
                return;
            }
        }
        part.close();
    }

    private Optional<Subscription> verdict(Votes<Subscription> votes) {
        if (votes.answers().size() >= quorum.majority()) {
            return Optional.of(this);
        }
        if (votes.outstanding() == 0) {
            throw quorum.noMajority(votes);
        }
        return Optional.empty();
    }

    private void onHint(LeaseStore node) {
        boolean majority;
        boolean waits;
        synchronized (monitor) {
            if (closed || late.remove(node)) {
                return;
            }
            hinted.add(node);
            majority = hinted.size() >= quorum.majority();
            if (majority) {
                late.addAll(quorum.nodes());
                late.removeAll(hinted);
                hinted.clear();
            }
            waits = !waiting;
            waiting = true;
        }
        if (waits) {
            quorum.delay().after(PATIENCE, this::stopWaiting);
        }
        if (majority) {
            hint.run();
        }
    }

    private void stopWaiting() {
        boolean isHintDue;
        synchronized (monitor) {
            waiting = false;
            isHintDue = !closed && !hinted.isEmpty();
            hinted.clear();
            late.clear();
        }
        if (isHintDue) {
            hint.run();
        }
    }

    @Override
    public void close() {
        List<Subscription> all;
        synchronized (monitor) {
            closed = true;
            all = List.copyOf(parts);
            parts.clear();
        }
        all.forEach(Subscription::close);
    }
}
