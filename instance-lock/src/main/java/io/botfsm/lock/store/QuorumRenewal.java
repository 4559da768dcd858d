package io.botfsm.lock.store;

import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.Round.Votes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One renewal by a majority, after which nodes that lack the lease get it back. */
final class QuorumRenewal {
    private final Quorum quorum;
    private final Tenures tenures;
    private final LeaseRequest request;
    private final Optional<Tenure> tenure;
    private final long begun;

    private QuorumRenewal(Quorum quorum, Tenures tenures, LeaseRequest request) {
        this.quorum = quorum;
        this.tenures = tenures;
        this.request = request;
        this.tenure = tenures.find(request.name(), request.claim()).filter(Tenure::isGranted);
        this.begun = quorum.nanos().getAsLong();
    }

    static CompletionStage<Renewal> begin(Quorum quorum, Tenures tenures, LeaseRequest request) {
        return new QuorumRenewal(quorum, tenures, request).ask();
    }

    private CompletionStage<Renewal> ask() {
        Round<Renewal> asked = quorum.ask(quorum.limit(request.ttl()), node -> node.renew(request));
        return asked.decide(this::verdict).thenApply(decision -> {
            if (decision instanceof Renewed) {
                tenure.ifPresent(ours -> keep(ours, asked));
            } else {
                tenure.filter(ours -> !ours.isReleased()).ifPresent(ours -> giveBack(ours, asked));
            }
            return decision;
        });
    }

    private Optional<Renewal> verdict(Votes<Renewal> votes) {
        List<NotYours> noes = votes.of(NotYours.class);
        if (votes.of(Renewed.class).size() >= quorum.majority()) {
            return Optional.of(new Renewed());
        }
        if (quorum.isVeto(noes.size())) {
            List<StoredLease> found = noes.stream().map(NotYours::found).toList();
            return FoundByNodes.combined(quorum, found, votes).map(NotYours::new);
        }
        if (votes.outstanding() == 0) {
            throw quorum.noMajority(votes);
        }
        return Optional.empty();
    }

    /** A node that has restarted empty, or was away when the lease was granted, helps to keep it from now on. */
    private void keep(Tenure ours, Round<Renewal> asked) {
        ours.lastUntil(begun + request.ttl().toNanos());
        asked.forEachAnswer((node, answer) -> {
            if (answer instanceof NotYours other && other.found().claim().isEmpty()) {
                var unused = ours.acquire(node, request);
            }
        });
    }

    /** The claim never has the lease again, so no node need keep it. A release sees to that itself. */
    private void giveBack(Tenure ours, Round<Renewal> asked) {
        tenures.end(ours);
        asked.forEachAnswer((node, answer) -> {
            if (answer instanceof Renewed) {
                Quorum.releaseQuietly(node, request.name(), request.claim());
            }
        });
    }
}
