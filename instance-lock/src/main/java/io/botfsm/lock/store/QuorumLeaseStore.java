package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.Round.Votes;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * One store made of several that fail independently: what more than half of them say is so. It works as long as more than half
 * of them do, and forgets a lease only if so many of them forget it within a time to live that the others are no majority.
 * The algorithm is that of Redlock with three amendments: tokens rise over every majority, since the highest is written to one
 * before it is given out; a node that may have forgotten is not counted among those that remember; and a node that lacks a
 * lease gets it back, but only when a majority has just renewed it.
 *
 * <p>Thread-safe. All nodes are asked at once, and each is given a twentieth of the time to live, or a second where a question
 * has none. Have an odd number of nodes: of four as few may fail as of three.
 */
public final class QuorumLeaseStore implements LeaseStore {
    private static final Duration LIMIT_WITHOUT_TTL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(10);
    private static final int LIMITS_PER_TTL = 20;
    private static final long LONGEST_SPLIT_MILLIS = 100;

    private final List<LeaseStore> nodes;
    private final int majority;

    /** Claims that were granted here, and until when they surely have not ended: a node that lacks one may be given it again. */
    private final Map<Claim, Long> liveUntil = new ConcurrentHashMap<>();

    /**
     * A store over others.
     *
     * @param nodes stores that share neither machines nor power; closed with this one
     * @throws IllegalArgumentException if there are none, or one comes twice
     */
    public QuorumLeaseStore(List<? extends LeaseStore> nodes) {
        this.nodes = List.copyOf(nodes);
        if (nodes.isEmpty() || new HashSet<>(nodes).size() < nodes.size()) {
            throw new IllegalArgumentException("a quorum needs nodes, and each of them once: " + nodes);
        }
        this.majority = nodes.size() / 2 + 1;
    }

    private static Duration limit(Duration ttl) {
        Duration limit = ttl.dividedBy(LIMITS_PER_TTL);
        return limit.compareTo(SHORTEST_LIMIT) < 0 ? SHORTEST_LIMIT : limit;
    }

    private static LeaseStoreException noMajority(Votes<?> votes) {
        List<Throwable> causes =
                votes.failures().stream().map(QuorumLeaseStore::cause).toList();
        boolean lasting = votes.answers().isEmpty()
                && causes.stream().allMatch(cause -> cause instanceof LeaseStoreException known && known.isLasting());
        String why = "no majority of %d nodes: %d answered, %d failed"
                .formatted(
                        votes.answers().size() + causes.size(), votes.answers().size(), causes.size());
        return new LeaseStoreException(why, lasting, causes.isEmpty() ? null : causes.get(0));
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Once a majority has answered and the others have had their chance, whatever they answered is the answer. */
    private <T> boolean isSettled(Votes<T> votes) {
        if (votes.outstanding() > 0) {
            return false;
        }
        if (votes.answers().size() < majority) {
            throw noMajority(votes);
        }
        return true;
    }

    private void live(LeaseRequest request, long begun) {
        liveUntil.put(request.claim(), begun + lasting(request.ttl()).toNanos());
    }

    private boolean isLive(Claim claim) {
        Long until = liveUntil.get(claim);
        return until != null && System.nanoTime() - until < 0;
    }

    /** What is left of a time to live when store and instance disagree about it by as much as they may. */
    private static Duration lasting(Duration ttl) {
        return ttl.minus(ttl.dividedBy(100)).minusMillis(2);
    }

    // Acquiring

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        long begun = System.nanoTime();
        liveUntil.values().removeIf(until -> begun - until >= 0);
        return Round.<Acquisition, Votes<Acquisition>>ask(
                        nodes,
                        limit(request.ttl()),
                        node -> node.acquire(request),
                        votes -> decidedOrSettled(request, votes))
                .thenCompose(votes -> decided(request, begun, votes))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        releaseEverywhere(request);
                    }
                });
    }

    private Optional<Votes<Acquisition>> decidedOrSettled(LeaseRequest request, Votes<Acquisition> votes) {
        boolean decided = isGranted(request, votes.of(Granted.class)) || isHeld(votes.of(Occupied.class));
        return decided || isSettled(votes) ? Optional.of(votes) : Optional.empty();
    }

    /** Whether a majority does, and one that remembers long enough: the next node may remember more. */
    private boolean isGranted(LeaseRequest request, List<Granted> grants) {
        return grants.size() >= majority && memory(grants).compareTo(request.ttl()) >= 0;
    }

    /** Whether a majority says so of the same claim. */
    private boolean isHeld(List<Occupied> answers) {
        return answers.size() >= majority && sameClaim(answers).size() >= majority;
    }

    /** Those of the claim that most of them name. */
    private static List<Occupied> sameClaim(List<Occupied> answers) {
        Claim claim = mostFrequent(answers.stream().map(Occupied::claim));
        return answers.stream().filter(answer -> answer.claim().equals(claim)).toList();
    }

    private CompletionStage<Acquisition> decided(LeaseRequest request, long begun, Votes<Acquisition> votes) {
        List<Granted> grants = votes.of(Granted.class);
        if (grants.size() >= majority) {
            return writtenBack(request, begun, grants);
        }
        List<LeaseStore> others = votes.nodes(Occupied.class);
        nodes.stream().filter(node -> !others.contains(node)).forEach(node -> releaseQuietly(node, request));
        return CompletableFuture.completedStage(occupied(votes.of(Occupied.class)));
    }

    /** Until a majority knows the token, a later acquire could be given a lower one. */
    private CompletionStage<Acquisition> writtenBack(LeaseRequest request, long begun, List<Granted> grants) {
        long token = grants.stream().mapToLong(Granted::fence).max().orElseThrow();
        boolean known = grants.stream().filter(grant -> grant.fence() == token).count() >= majority;
        CompletionStage<Renewal> written =
                known ? CompletableFuture.completedStage(new Renewed()) : renewedByMajority(request.withFloor(token));
        return written.thenApply(renewal -> {
            boolean inTime = System.nanoTime() - begun < lasting(request.ttl()).toNanos();
            if (renewal instanceof NotYours || !inTime) {
                throw new LeaseStoreException("no majority granted the lease in time", false, null);
            }
            live(request, begun);
            return new Granted(token, memory(grants));
        });
    }

    /** How far back as many nodes remember as it takes for one of them to have known any earlier lease. */
    private Duration memory(List<Granted> grants) {
        return grants.stream()
                .map(Granted::memory)
                .sorted(Comparator.reverseOrder())
                .skip(majority - 1L)
                .findFirst()
                .orElse(Duration.ZERO);
    }

    private Occupied occupied(List<Occupied> answers) {
        List<Occupied> same = sameClaim(answers);
        Claim claim = same.get(0).claim();
        if (same.size() >= majority) {
            return new Occupied(
                    claim,
                    untilNoMajority(same.stream().map(Occupied::remaining).toList()));
        }
        // Nobody has it: several have asked at once, or a minority has not heard of an end. Not all should ask again at
        // once.
        long pause = ThreadLocalRandom.current().nextLong(1, LONGEST_SPLIT_MILLIS);
        return new Occupied(claim, Optional.of(Duration.ofMillis(pause)));
    }

    private static Claim mostFrequent(Stream<Claim> claims) {
        List<Claim> all = claims.toList();
        return all.stream()
                .max(Comparator.comparingLong(
                        claim -> all.stream().filter(claim::equals).count()))
                .orElseThrow();
    }

    /** When fewer than a majority will have it; empty if never. */
    private Optional<Duration> untilNoMajority(List<Optional<Duration>> remaining) {
        Duration ever = Granted.EVERYTHING;
        Duration left = remaining.stream()
                .map(each -> each.orElse(ever))
                .sorted(Comparator.reverseOrder())
                .skip(majority - 1L)
                .findFirst()
                .orElseThrow();
        return left.equals(ever) ? Optional.empty() : Optional.of(left);
    }

    private void releaseEverywhere(LeaseRequest request) {
        nodes.forEach(node -> releaseQuietly(node, request));
    }

    /** Whether it works or not: otherwise the claim ends by itself. */
    private static void releaseQuietly(LeaseStore node, LeaseRequest request) {
        try {
            var unused = node.release(request.name(), request.claim());
        } catch (RuntimeException e) {
            // as a failed stage
        }
    }

    // Renewing

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        long begun = System.nanoTime();
        return renewedByMajority(request).thenApply(renewal -> {
            if (renewal instanceof NotYours) {
                liveUntil.remove(request.claim());
            } else {
                liveUntil.computeIfPresent(
                        request.claim(),
                        (claim, until) -> begun + lasting(request.ttl()).toNanos());
            }
            return renewal;
        });
    }

    private CompletionStage<Renewal> renewedByMajority(LeaseRequest request) {
        return Round.ask(nodes, limit(request.ttl()), node -> node.renew(request), votes -> renewal(request, votes));
    }

    private Optional<Renewal> renewal(LeaseRequest request, Votes<Renewal> votes) {
        int yes = votes.of(Renewed.class).size();
        List<NotYours> noes = votes.of(NotYours.class);
        if (yes >= majority) {
            reinstate(request, votes);
            return Optional.of(new Renewed());
        }
        if (noes.size() > nodes.size() - majority) {
            return Optional.of(
                    new NotYours(merged(noes.stream().map(NotYours::found).toList())));
        }
        if (votes.outstanding() == 0) {
            throw noMajority(votes);
        }
        return Optional.empty();
    }

    /** A node that has restarted empty, or was away when the lease was granted, can help to keep it from now on. */
    private void reinstate(LeaseRequest request, Votes<Renewal> votes) {
        votes.answers().stream()
                .filter(answer -> answer.value() instanceof NotYours other
                        && other.found().claim().isEmpty())
                .filter(answer -> isLive(request.claim()))
                .forEach(answer -> {
                    var unused = answer.node().acquire(request).whenComplete((granted, failure) -> {
                        if (!isLive(request.claim())) { // it has ended meanwhile
                            releaseQuietly(answer.node(), request);
                        }
                    });
                });
    }

    // Everything else

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        liveUntil.remove(claim);
        return Round.ask(
                nodes,
                LIMIT_WITHOUT_TTL,
                node -> node.release(name, claim),
                votes -> isSettled(votes) ? Optional.of(count(votes, true) >= majority) : decidedRelease(votes));
    }

    private Optional<Boolean> decidedRelease(Votes<Boolean> votes) {
        return count(votes, true) >= majority ? Optional.of(true) : Optional.empty();
    }

    private static long count(Votes<Boolean> votes, boolean value) {
        return votes.answers().stream()
                .filter(answer -> answer.value() == value)
                .count();
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return Round.ask(
                nodes,
                LIMIT_WITHOUT_TTL,
                node -> node.read(name),
                votes -> isSettled(votes) ? Optional.of(merged(votes.of(StoredLease.class))) : Optional.empty());
    }

    /** What a majority has is there. */
    private StoredLease merged(List<StoredLease> found) {
        OptionalLong fence =
                found.stream().flatMapToLong(lease -> lease.fence().stream()).max();
        List<StoredLease> held =
                found.stream().filter(lease -> lease.claim().isPresent()).toList();
        if (!held.isEmpty()) {
            Claim claim = mostFrequent(held.stream().flatMap(lease -> lease.claim().stream()));
            List<Optional<Duration>> remaining = held.stream()
                    .filter(lease -> lease.claim().equals(Optional.of(claim)))
                    .map(StoredLease::remaining)
                    .toList();
            if (remaining.size() >= majority) {
                return new StoredLease(Optional.of(claim), untilNoMajority(remaining), fence);
            }
        }
        return new StoredLease(Optional.empty(), Optional.empty(), fence);
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return Round.<Boolean, Boolean>ask(
                        nodes,
                        LIMIT_WITHOUT_TTL,
                        node -> node.force(name).thenApply(done -> true),
                        votes -> isSettled(votes) ? Optional.of(true) : Optional.empty())
                .thenAccept(done -> {});
    }

    /** A release is told by every node that hears of it. */
    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return Round.<Subscription, Subscription>ask(
                nodes, LIMIT_WITHOUT_TTL, node -> node.subscribe(name, hint), votes -> {
                    if (votes.outstanding() > 0) {
                        return Optional.empty();
                    }
                    List<Subscription> all = votes.of(Subscription.class);
                    if (all.size() < majority) {
                        all.forEach(Subscription::close);
                        throw noMajority(votes);
                    }
                    return Optional.of(() -> all.forEach(Subscription::close));
                });
    }

    @Override
    public void close() {
        nodes.forEach(LeaseStore::close);
    }
}
