package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.Round.Answer;
import io.botfsm.lock.store.Round.Votes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Acquires a lease for one claim by a majority. If several claims ask at the same time and split the nodes between
 * them, it releases what it got and asks again a little later, within the time that one node may take.
 */
final class QuorumAcquisition {
    private static final int MOST_ROUNDS = 10;
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LONGEST_SPLIT_MILLIS = 100;

    private final Quorum quorum;
    private final QuorumClaims claims;
    private final LeaseRequest request;
    private final QuorumClaim claimed;
    private final long startNanos;
    private final Duration limit;
    private final CompletableFuture<Acquisition> result = new CompletableFuture<>();

    /** Whether this claim already held the lease, on at least one node, before this request. */
    private volatile boolean heldBefore;

    private QuorumAcquisition(Quorum quorum, QuorumClaims claims, LeaseRequest request) {
        this.quorum = quorum;
        this.claims = claims;
        this.request = request;
        this.startNanos = quorum.clock().nanoTime();
        this.limit = quorum.limit(request.ttl());
        this.claimed = claims.begin(request);
    }

    static CompletionStage<Acquisition> begin(Quorum quorum, QuorumClaims claims, LeaseRequest request) {
        QuorumAcquisition acquisition = new QuorumAcquisition(quorum, claims, request);
        acquisition.ask(1);
        return acquisition.result;
    }

    private void ask(int round) {
        Round<Acquisition> asked = quorum.ask(limit, node -> claimed.acquire(node, request));
        var unused = asked.decide(this::decidedOrSettled).whenComplete((votes, failure) -> {
            try {
                answered(round, votes, failure);
            } catch (RuntimeException e) {
                fail(e);
            }
        });
    }

    private Optional<Votes<Acquisition>> decidedOrSettled(Votes<Acquisition> votes) {
        boolean decided = isGranted(votes.of(Granted.class)) || isHeld(votes.of(Occupied.class));
        return decided || quorum.isSettled(votes) ? Optional.of(votes) : Optional.empty();
    }

    /**
     * Returns whether a majority whose memory reaches back far enough has granted the lease. If not, another node may
     * remember more.
     */
    private boolean isGranted(List<Granted> grants) {
        return Quorum.common(quorum.majority(), grants.stream().map(Granted::memory))
                .filter(memory -> memory.compareTo(request.ttl()) >= 0)
                .isPresent();
    }

    /** Returns whether a majority reports the same claim as the holder. */
    private boolean isHeld(List<Occupied> answers) {
        return ofOneClaim(answers).size() >= quorum.majority();
    }

    /** Returns the answers for the most frequently reported claim. */
    private static List<Occupied> ofOneClaim(List<Occupied> answers) {
        Optional<Claim> claim = Quorum.mostFrequent(answers.stream().map(Occupied::claim));
        return answers.stream()
                .filter(answer -> claim.equals(Optional.of(answer.claim())))
                .toList();
    }

    private void answered(int round, @Nullable Votes<Acquisition> votes, @Nullable Throwable failure) {
        if (votes == null) {
            fail(failure == null ? new IllegalStateException("no decision") : failure);
            return;
        }
        List<Granted> grants = votes.of(Granted.class);
        List<Occupied> same = ofOneClaim(votes.of(Occupied.class));
        heldBefore |= round == 1 && votes.of(Occupied.class).stream().anyMatch(this::isForThisClaim);
        if (grants.size() >= quorum.majority()) {
            writeBack(grants);
        } else if (same.size() >= quorum.majority()) {
            giveUp(
                    votes,
                    same.get(0).claim(),
                    Quorum.untilFewer(quorum.majority(), same.stream().map(Occupied::remaining)));
        } else if (mayAskAgain(round)) {
            askAgain(round, votes);
        } else {
            reportNoMajority(votes);
        }
    }

    private void giveUp(Votes<Acquisition> votes, Claim holder, Optional<Duration> remaining) {
        claims.end(claimed);
        mayHaveGranted(votes).forEach(node -> Quorum.releaseQuietly(node, request.name(), request.claim()));
        result.complete(new Occupied(holder, remaining));
    }

    /**
     * Returns all nodes that have not reported another holder; if the claim held the lease before, only those that have
     * just granted it.
     */
    private List<LeaseStore> mayHaveGranted(Votes<Acquisition> votes) {
        if (heldBefore) {
            return votes.nodes(Granted.class);
        }
        List<LeaseStore> others = nodes(votes, answer -> !isOurs(answer));
        return quorum.nodes().stream().filter(node -> !others.contains(node)).toList();
    }

    /** Returns whether a node reports that it holds this claim because of this acquisition. */
    private boolean isOurs(Acquisition answer) {
        return answer instanceof Granted || (!heldBefore && isForThisClaim(answer));
    }

    private boolean isForThisClaim(Acquisition answer) {
        return answer instanceof Occupied occupied && occupied.claim().equals(request.claim());
    }

    private static List<LeaseStore> nodes(Votes<Acquisition> votes, Predicate<Acquisition> which) {
        return votes.answers().stream()
                .filter(answer -> which.test(answer.value()))
                .map(Answer::node)
                .toList();
    }

    // A majority

    /** Writes the token to a majority of nodes, since a later acquisition could otherwise get a lower one. */
    private void writeBack(List<Granted> grants) {
        if (wasReleased()) {
            return;
        }
        long token = grants.stream().mapToLong(Granted::fencingToken).max().orElseThrow();
        long known =
                grants.stream().filter(grant -> grant.fencingToken() == token).count();
        if (known >= quorum.majority()) {
            granted(token, grants);
            return;
        }
        LeaseRequest raised = request.withFloor(token);
        var unused = quorum.ask(limit, node -> node.renew(raised))
                .decide(this::writtenOrNot)
                .whenComplete((written, failure) -> {
                    if (failure == null) {
                        granted(token, grants);
                    } else {
                        fail(failure);
                    }
                });
    }

    private Optional<Boolean> writtenOrNot(Votes<Renewal> votes) {
        if (votes.count(new Renewed()) >= quorum.majority()) {
            return Optional.of(true);
        }
        if (quorum.isVeto(votes.answers().size() - votes.count(new Renewed()))) {
            throw new LeaseStoreException("the lease was ended before a majority knew its token", false, null);
        }
        if (votes.outstanding() == 0) {
            throw quorum.noMajority(votes);
        }
        return Optional.empty();
    }

    private void granted(long token, List<Granted> grants) {
        boolean inTime = quorum.clock().nanoTime() - startNanos
                < Quorum.certainPart(request.ttl()).toNanos();
        if (!inTime) {
            fail(new LeaseStoreException("no majority granted the lease in time", false, null));
            return;
        }
        if (wasReleased()) {
            return;
        }
        claimed.grant();
        // A majority remembers at least this much, so one of its nodes has known any earlier lease.
        Duration memory = Quorum.common(quorum.majority(), grants.stream().map(Granted::memory))
                .orElse(Duration.ZERO);
        result.complete(new Granted(token, memory));
    }

    /** Returns whether a caller that did not wait for the answer has released the claim. */
    private boolean wasReleased() {
        if (claimed.isEnded()) {
            fail(new LeaseStoreException("the lease was released while it was being acquired", false, null));
        }
        return claimed.isEnded();
    }

    private void fail(Throwable failure) {
        claims.end(claimed);
        quorum.nodes().forEach(node -> Quorum.releaseQuietly(node, request.name(), request.claim()));
        result.completeExceptionally(failure);
    }

    // No majority for anyone

    private boolean mayAskAgain(int round) {
        return round < MOST_ROUNDS && !claimed.isEnded() && quorum.clock().nanoTime() - startNanos < limit.toNanos();
    }

    /**
     * Asks again. First it releases what was granted and waits, longer with each round, so that another claim can get a
     * majority meanwhile. It does not ask again if a node does not confirm the release: the release could take effect
     * after the node's next grant.
     */
    private void askAgain(int round, Votes<Acquisition> votes) {
        List<LeaseStore> ours = nodes(votes, this::isOurs);
        if (ours.isEmpty()) {
            pause(round);
            return;
        }
        var unused = Round.ask(ours, limit, node -> node.release(request.name(), request.claim()))
                .decide(released -> released.outstanding() > 0
                        ? Optional.<Boolean>empty()
                        : Optional.of(released.failures().isEmpty()))
                .thenAccept(allGivenBack -> {
                    if (allGivenBack) {
                        pause(round);
                    } else {
                        reportNoMajority(votes);
                    }
                });
    }

    private void pause(int round) {
        long maxNanos = Math.min(FIRST_PAUSE_NANOS << round, limit.toNanos() / 4);
        Duration pause = Duration.ofNanos(ThreadLocalRandom.current().nextLong(1, maxNanos + 2));
        quorum.delay().after(pause, () -> {
            try {
                ask(round + 1);
            } catch (RuntimeException e) {
                fail(e);
            }
        });
    }

    /**
     * Reports the lack of a majority: a minority does not know of the end of a lease, or several claims compete and
     * should not all ask again at once.
     */
    private void reportNoMajority(Votes<Acquisition> votes) {
        long pause = ThreadLocalRandom.current().nextLong(1, LONGEST_SPLIT_MILLIS);
        Claim anyClaim = ofOneClaim(votes.of(Occupied.class)).get(0).claim();
        giveUp(votes, anyClaim, Optional.of(Duration.ofMillis(pause)));
    }
}
