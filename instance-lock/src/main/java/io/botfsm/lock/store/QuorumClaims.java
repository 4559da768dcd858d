package io.botfsm.lock.store;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The claims that are requested or held through one quorum. Thread-safe. */
final class QuorumClaims {
    private final ConcurrentMap<String, Set<QuorumClaim>> byName = new ConcurrentHashMap<>();
    private final LeaseClock clock;
    private final Sweep<Set<QuorumClaim>> sweep = new Sweep<>(byName, this::unlessOver);

    QuorumClaims(LeaseClock clock) {
        this.clock = clock;
    }

    QuorumClaim begin(LeaseRequest request) {
        QuorumClaim begun =
                new QuorumClaim(request, clock.nanoTime() + request.ttl().toNanos());
        byName.merge(
                begun.name(),
                Set.of(begun),
                (some, one) -> Stream.concat(some.stream(), one.stream()).collect(Collectors.toUnmodifiableSet()));
        return begun;
    }

    /** Removes some expired claims; to be called with each operation. */
    void sweep() {
        sweep.step();
    }

    Optional<QuorumClaim> find(String name, Claim claim) {
        return byName.getOrDefault(name, Set.of()).stream()
                .filter(one -> one.claim().equals(claim) && !one.isEnded())
                .findAny();
    }

    void end(QuorumClaim one) {
        end(one.name(), one::equals, QuorumClaim::end);
    }

    /** Ends the entries of a released claim. Returns whether there were any. */
    boolean release(String name, Claim claim) {
        boolean known = byName.getOrDefault(name, Set.of()).stream()
                .anyMatch(one -> one.claim().equals(claim));
        end(name, one -> one.claim().equals(claim), QuorumClaim::release);
        return known;
    }

    /** Ends the entries that a majority had granted. */
    void endGranted(String name) {
        end(name, QuorumClaim::isGranted, QuorumClaim::end);
    }

    private void end(String name, Predicate<QuorumClaim> which, Consumer<QuorumClaim> ending) {
        byName.computeIfPresent(name, (sameName, all) -> {
            all.stream().filter(which).forEach(ending);
            return unlessOver(all);
        });
    }

    private @Nullable Set<QuorumClaim> unlessOver(Set<QuorumClaim> all) {
        long now = clock.nanoTime();
        Set<QuorumClaim> left = all.stream().filter(one -> !one.isOver(now)).collect(Collectors.toUnmodifiableSet());
        return left.isEmpty() ? null : left;
    }

    /** Returns the number of names, including expired ones that have not been removed yet. */
    int size() {
        return byName.size();
    }
}
