package io.botfsm.lock.store;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The claims that somebody asks for, or has, through one quorum. Thread-safe. */
final class Tenures {
    private final ConcurrentMap<String, Set<Tenure>> byName = new ConcurrentHashMap<>();
    private final LongSupplier nanos;
    private final Sweep<Set<Tenure>> sweep = new Sweep<>(byName, this::unlessOver);

    Tenures(LongSupplier nanos) {
        this.nanos = nanos;
    }

    Tenure begin(LeaseRequest request) {
        Tenure tenure = new Tenure(request, nanos.getAsLong() + request.ttl().toNanos());
        byName.merge(
                tenure.name(),
                Set.of(tenure),
                (some, one) -> Stream.concat(some.stream(), one.stream()).collect(Collectors.toUnmodifiableSet()));
        return tenure;
    }

    /** Lets some go whose time is over; to be called with each operation. */
    void sweep() {
        sweep.step();
    }

    Optional<Tenure> find(String name, Claim claim) {
        return byName.getOrDefault(name, Set.of()).stream()
                .filter(tenure -> tenure.claim().equals(claim) && !tenure.isEnded())
                .findAny();
    }

    void end(Tenure tenure) {
        end(tenure.name(), tenure::equals, Tenure::end);
    }

    /** Ends those of a claim that is released. Returns whether there are some. */
    boolean release(String name, Claim claim) {
        boolean known = byName.getOrDefault(name, Set.of()).stream()
                .anyMatch(tenure -> tenure.claim().equals(claim));
        end(name, tenure -> tenure.claim().equals(claim), Tenure::release);
        return known;
    }

    /** Ends what a majority had granted. */
    void endGranted(String name) {
        end(name, Tenure::isGranted, Tenure::end);
    }

    private void end(String name, Predicate<Tenure> which, Consumer<Tenure> ending) {
        byName.computeIfPresent(name, (same, all) -> {
            all.stream().filter(which).forEach(ending);
            return unlessOver(all);
        });
    }

    private @Nullable Set<Tenure> unlessOver(Set<Tenure> all) {
        long now = nanos.getAsLong();
        Set<Tenure> left = all.stream().filter(tenure -> !tenure.isOver(now)).collect(Collectors.toUnmodifiableSet());
        return left.isEmpty() ? null : left;
    }

    /** How many names there are, those whose time is over but which have not left yet included. */
    int size() {
        return byName.size();
    }
}
