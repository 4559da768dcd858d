package io.botfsm.lock.store;

import io.botfsm.lock.store.Round.Votes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Combines what several nodes have found. */
final class FoundByNodes {
    private FoundByNodes() {}

    /**
     * Returns the claim that a majority reports, or could report if it were not for failed nodes, and the highest
     * fence. Empty while the result depends on nodes that have not answered.
     */
    static Optional<StoredLease> combined(Quorum quorum, List<StoredLease> found, Votes<?> votes) {
        Optional<Claim> claim = Quorum.mostFrequent(found.stream().flatMap(lease -> lease.claim().stream()));
        List<StoredLease> holding = found.stream()
                .filter(lease -> claim.isPresent() && lease.claim().equals(claim))
                .toList();
        int missing = Math.max(0, quorum.majority() - holding.size());
        int unknown = votes.outstanding() + votes.failures().size();
        if (missing > 0 && missing <= unknown && votes.outstanding() > 0) {
            return Optional.empty();
        }
        OptionalLong fence = found.stream()
                .flatMapToLong(lease -> lease.fencingToken().stream())
                .max();
        if (holding.isEmpty() || missing > unknown) {
            return Optional.of(new StoredLease(Optional.empty(), Optional.empty(), fence));
        }
        int enough = Math.min(holding.size(), quorum.majority());
        return Optional.of(new StoredLease(
                claim, Quorum.untilFewer(enough, holding.stream().map(StoredLease::remaining)), fence));
    }
}
