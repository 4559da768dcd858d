package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Round.Votes;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Nodes of which more than half decide.
 *
 * @param chosenLimit how long a node may take for an answer; empty for what the time to live allows
 * @param clock what time is measured by
 * @param delay does something later
 */
record Quorum(List<LeaseStore> nodes, Optional<Duration> chosenLimit, LeaseClock clock, Delay delay) {
    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(10);
    private static final Duration LONGEST_LIMIT = Duration.ofSeconds(2);
    private static final int LIMITS_PER_TTL = 20;

    /** Does something later, on a thread that must not be held up. */
    interface Delay {
        void after(Duration time, Runnable action);
    }

    /** How many are more than half. */
    int majority() {
        return nodes.size() / 2 + 1;
    }

    /** Whether the others can no longer be a majority. */
    boolean isVeto(int noes) {
        return noes > nodes.size() - majority();
    }

    /** How long a node may take where a lease lasts so long. */
    Duration limit(Duration ttl) {
        Duration share = ttl.dividedBy(LIMITS_PER_TTL);
        Duration most = share.compareTo(LONGEST_LIMIT) > 0 ? LONGEST_LIMIT : share;
        return chosenLimit.orElse(most.compareTo(SHORTEST_LIMIT) < 0 ? SHORTEST_LIMIT : most);
    }

    /** The same for a question that has no time to live. */
    Duration limit() {
        return chosenLimit.orElse(LONGEST_LIMIT);
    }

    /** What is left of a time to live when node and instance disagree about it by as much as they may. */
    static Duration lasting(Duration ttl) {
        return ttl.minus(ttl.dividedBy(100)).minusMillis(2);
    }

    <T> Round<T> ask(Duration within, Function<LeaseStore, CompletionStage<T>> question) {
        return Round.ask(nodes, within, question);
    }

    /** Fails if a majority has not answered although no answer is outstanding; otherwise whether none is. */
    boolean isSettled(Votes<?> votes) {
        if (votes.outstanding() > 0) {
            return false;
        }
        if (votes.answers().size() < majority()) {
            throw noMajority(votes);
        }
        return true;
    }

    LeaseStoreException noMajority(Votes<?> votes) {
        List<Throwable> causes = votes.failures().stream().map(Quorum::cause).toList();
        boolean lasting = isVeto((int) causes.stream()
                .filter(cause -> cause instanceof LeaseStoreException known && known.isLasting())
                .count());
        String why = String.format(
                Locale.ROOT,
                "no majority of %d nodes: %d answered, %d failed",
                nodes.size(),
                votes.answers().size(),
                causes.size());
        return new LeaseStoreException(why, lasting, causes.isEmpty() ? null : causes.get(0));
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Whether it works or not: otherwise the claim ends by itself. */
    static void releaseQuietly(LeaseStore node, String name, Claim claim) {
        try {
            var unused = node.release(name, claim);
        } catch (RuntimeException e) {
            // as a failed stage
        }
    }

    /** The longest time that so many have; empty if fewer have any. */
    static Optional<Duration> common(int many, Stream<Duration> times) {
        return times.sorted(Comparator.reverseOrder()).skip(many - 1L).findFirst();
    }

    /** When fewer than so many will have it; empty if never. */
    static Optional<Duration> untilFewer(int many, Stream<Optional<Duration>> remaining) {
        return common(many, remaining.map(each -> each.orElse(Granted.EVERYTHING)))
                .filter(left -> !left.equals(Granted.EVERYTHING));
    }

    /** What most of them name; empty if there are none. */
    static Optional<Claim> mostFrequent(Stream<Claim> claims) {
        List<Claim> all = claims.toList();
        return all.stream()
                .max(Comparator.comparingLong(
                        claim -> all.stream().filter(claim::equals).count()));
    }
}
