package io.botfsm.lock.store;

import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.Round.Votes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Renews a lease by a majority, after which nodes that lack the lease get it back. */
final class QuorumRenewal {
    private final Quorum quorum;
    private final QuorumClaims claims;
    private final LeaseRequest request;
    private final Optional<QuorumClaim> claimed;
    private final long startNanos;

    private QuorumRenewal(Quorum quorum, QuorumClaims claims, LeaseRequest request) {
        this.quorum = quorum;
        this.claims = claims;
        this.request = request;
        this.claimed = claims.find(request.name(), request.claim()).filter(QuorumClaim::isGranted);
        this.startNanos = quorum.clock().nanoTime();
    }

    static CompletionStage<Renewal> begin(Quorum quorum, QuorumClaims claims, LeaseRequest request) {
        return new QuorumRenewal(quorum, claims, request).ask();
    }

    private CompletionStage<Renewal> ask() {
        Round<Renewal> asked = quorum.ask(quorum.limit(request.ttl()), node -> node.renew(request));
        return asked.decide(this::verdict).thenApply(decision -> {
            if (decision instanceof Renewed) {
                claimed.ifPresent(ours -> keep(ours, asked));
            } else {
                claimed.filter(ours -> !ours.isReleased()).ifPresent(ours -> giveBack(ours, asked));
            }
            return decision;
        });
    }

    private Optional<Renewal> verdict(Votes<Renewal> votes) {
        List<NotYours> refusals = votes.of(NotYours.class);
        if (votes.of(Renewed.class).size() >= quorum.majority()) {
            return Optional.of(new Renewed());
        }
        if (quorum.isVeto(refusals.size())) {
            List<StoredLease> found = refusals.stream().map(NotYours::found).toList();
            return FoundByNodes.combined(quorum, found, votes).map(NotYours::new);
        }
        if (votes.outstanding() == 0) {
            throw quorum.noMajority(votes);
        }
        return Optional.empty();
    }

    /** Restores the lease on a node that has restarted empty, or was unavailable when the lease was granted. */
    private void keep(QuorumClaim ours, Round<Renewal> asked) {
        ours.extendTo(startNanos + request.ttl().toNanos());
        asked.forEachAnswer((node, answer) -> {
            if (answer instanceof NotYours other && other.found().claim().isEmpty()) {
                var unused = ours.acquire(node, request);
            }
        });
    }

    /**
     * Releases the claim on the nodes that renewed it, since it can never hold the lease again. After a release of the
     * claim this is not needed.
     */
    private void giveBack(QuorumClaim ours, Round<Renewal> asked) {
        claims.end(ours);
        asked.forEachAnswer((node, answer) -> {
            if (answer instanceof Renewed) {
                Quorum.releaseQuietly(node, request.name(), request.claim());
            }
        });
    }
}
