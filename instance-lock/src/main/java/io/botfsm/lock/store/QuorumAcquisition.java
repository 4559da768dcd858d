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
 * One claim's way to a majority. Where several ask at once and the nodes are split between them, it gives back what it
 * got and asks again a little later, within the time that one node may take.
 */
final class QuorumAcquisition {
    private static final int MOST_ROUNDS = 10;
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LONGEST_SPLIT_MILLIS = 100;

    private final Quorum quorum;
    private final QuorumClaims claims;
    private final LeaseRequest request;
    private final QuorumClaim claimed;
    private final long begun;
    private final Duration limit;
    private final CompletableFuture<Acquisition> result = new CompletableFuture<>();

    /** Whether this very claim had the lease, at least of one node, before it was asked for here. */
    private volatile boolean heldBefore;

    private QuorumAcquisition(Quorum quorum, QuorumClaims claims, LeaseRequest request) {
        this.quorum = quorum;
        this.claims = claims;
        this.request = request;
        this.begun = quorum.clock().nanoTime();
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

    /** Whether by a majority that remembers long enough: the next node may remember more. */
    private boolean isGranted(List<Granted> grants) {
        return Quorum.common(quorum.majority(), grants.stream().map(Granted::memory))
                .filter(memory -> memory.compareTo(request.ttl()) >= 0)
                .isPresent();
    }

    /** Whether a majority says so of the same claim. */
    private boolean isHeld(List<Occupied> answers) {
        return ofOneClaim(answers).size() >= quorum.majority();
    }

    /** Those of the claim that most of them name. */
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
            tellOfNoMajority(votes);
        }
    }

    private void giveUp(Votes<Acquisition> votes, Claim holder, Optional<Duration> remaining) {
        claims.end(claimed);
        mayHaveGranted(votes).forEach(node -> Quorum.releaseQuietly(node, request.name(), request.claim()));
        result.complete(new Occupied(holder, remaining));
    }

    /** All that have not said that another has it; only those that have just granted it if it was held before. */
    private List<LeaseStore> mayHaveGranted(Votes<Acquisition> votes) {
        if (heldBefore) {
            return votes.nodes(Granted.class);
        }
        List<LeaseStore> others = nodes(votes, answer -> !isOurs(answer));
        return quorum.nodes().stream().filter(node -> !others.contains(node)).toList();
    }

    /** Whether a node says that it keeps this claim, because of this acquisition. */
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

    /** Until a majority knows the token, a later acquire could be given a lower one. */
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
            throw new LeaseStoreException("ended by somebody before a majority knew its token", false, null);
        }
        if (votes.outstanding() == 0) {
            throw quorum.noMajority(votes);
        }
        return Optional.empty();
    }

    private void granted(long token, List<Granted> grants) {
        boolean inTime = quorum.clock().nanoTime() - begun
                < Quorum.lasting(request.ttl()).toNanos();
        if (!inTime) {
            fail(new LeaseStoreException("no majority granted the lease in time", false, null));
            return;
        }
        if (wasReleased()) {
            return;
        }
        claimed.grant();
        // How far back as many remember as it takes for one of them to have known any earlier lease.
        Duration memory = Quorum.common(quorum.majority(), grants.stream().map(Granted::memory))
                .orElse(Duration.ZERO);
        result.complete(new Granted(token, memory));
    }

    /** By a caller who did not wait for the answer. */
    private boolean wasReleased() {
        if (claimed.isEnded()) {
            fail(new LeaseStoreException("released while it was acquired", false, null));
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
        return round < MOST_ROUNDS && !claimed.isEnded() && quorum.clock().nanoTime() - begun < limit.toNanos();
    }

    /**
     * Another's majority must be able to form meanwhile, so what was granted is given back first, and each waits, for
     * longer with each round. Not if a node does not tell that it has given up the claim: its release could come after
     * its next grant.
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
                        tellOfNoMajority(votes);
                    }
                });
    }

    private void pause(int round) {
        long mostNanos = Math.min(FIRST_PAUSE_NANOS << round, limit.toNanos() / 4);
        Duration pause = Duration.ofNanos(ThreadLocalRandom.current().nextLong(1, mostNanos + 2));
        quorum.delay().after(pause, () -> {
            try {
                ask(round + 1);
            } catch (RuntimeException e) {
                fail(e);
            }
        });
    }

    /** A minority has not heard of an end, or several ask and not all should ask again at once. */
    private void tellOfNoMajority(Votes<Acquisition> votes) {
        long pause = ThreadLocalRandom.current().nextLong(1, LONGEST_SPLIT_MILLIS);
        Claim some = ofOneClaim(votes.of(Occupied.class)).get(0).claim();
        giveUp(votes, some, Optional.of(Duration.ofMillis(pause)));
    }
}
