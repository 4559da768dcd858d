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
 * A set of nodes of which a majority decides.
 *
 * @param chosenLimit how long a node may take to answer; empty to derive it from the time to live
 * @param clock measures time
 * @param delay runs actions later
 */
record Quorum(List<LeaseStore> nodes, Optional<Duration> chosenLimit, LeaseClock clock, Delay delay) {
    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(10);
    private static final Duration LONGEST_LIMIT = Duration.ofSeconds(2);
    private static final int LIMITS_PER_TTL = 20;

    /** Runs an action later, on a thread that must not be blocked. */
    interface Delay {
        void after(Duration time, Runnable action);
    }

    /** Returns the size of a majority. */
    int majority() {
        return nodes.size() / 2 + 1;
    }

    /** Returns whether so many rejections make a majority of the others impossible. */
    boolean isVeto(int refusals) {
        return refusals > nodes.size() - majority();
    }

    /** Returns how long a node may take to answer for a lease with the given time to live. */
    Duration limit(Duration ttl) {
        Duration share = ttl.dividedBy(LIMITS_PER_TTL);
        Duration most = share.compareTo(LONGEST_LIMIT) > 0 ? LONGEST_LIMIT : share;
        return chosenLimit.orElse(most.compareTo(SHORTEST_LIMIT) < 0 ? SHORTEST_LIMIT : most);
    }

    /** Returns how long a node may take to answer a request without a time to live. */
    Duration limit() {
        return chosenLimit.orElse(LONGEST_LIMIT);
    }

    /** Returns how much of a time to live is certain if the clocks of node and instance differ by the maximum. */
    static Duration certainPart(Duration ttl) {
        return ttl.minus(ttl.dividedBy(100)).minusMillis(2);
    }

    <T> Round<T> ask(Duration within, Function<LeaseStore, CompletionStage<T>> question) {
        return Round.ask(nodes, within, question);
    }

    /** Returns whether no answer is outstanding. Throws if none is outstanding and no majority has answered. */
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

    /** Releases a claim and ignores failures: without a release, the claim expires by itself. */
    static void releaseQuietly(LeaseStore node, String name, Claim claim) {
        try {
            var unused = node.release(name, claim);
        } catch (RuntimeException e) {
            // ignored like a failed stage
        }
    }

    /** Returns the longest time that at least this many of the times reach; empty if there are fewer. */
    static Optional<Duration> common(int count, Stream<Duration> times) {
        return times.sorted(Comparator.reverseOrder()).skip(count - 1L).findFirst();
    }

    /** Returns the time after which fewer than this many leases remain; empty if never. */
    static Optional<Duration> untilFewer(int count, Stream<Optional<Duration>> remaining) {
        return common(count, remaining.map(each -> each.orElse(Granted.EVERYTHING)))
                .filter(left -> !left.equals(Granted.EVERYTHING));
    }

    /** Returns the most frequent claim; empty if there are none. */
    static Optional<Claim> mostFrequent(Stream<Claim> claims) {
        List<Claim> all = claims.toList();
        return all.stream()
                .max(Comparator.comparingLong(
                        claim -> all.stream().filter(claim::equals).count()));
    }
}
