package io.botfsm.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A server that keeps leases by its own clock. It may lose its data, restart, and be replaced by a stale replica. */
final class SimulatedServer {
    /** @param since when the fence was first set; earlier holders are unknown */
    private record Kept(@Nullable Claim claim, long expires, long fence, long since) {}

    private static final Kept NOTHING = new Kept(null, 0, 0, 0);

    private static final long MEMORY_OF_FAULTS = 20_000_000_000L;

    private static final long FURTHEST_AHEAD = 60_000_000_000L;

    private final Simulation simulation;
    private final double rate;
    private Map<String, Kept> leases = new HashMap<>();
    private Map<String, Kept> snapshot = Map.of();
    private long started;
    private long downUntil;
    private long lastFault = Long.MIN_VALUE / 2;
    private long ahead;

    SimulatedServer(Simulation simulation, double greatestDeviation) {
        this.simulation = simulation;
        this.rate = 1 + greatestDeviation * (2 * simulation.random().nextDouble() - 1);
        this.started = Long.MIN_VALUE / 2; // long ago
    }

    private long clock() {
        return at(simulation.now());
    }

    private long at(long trueTime) {
        return (long) (trueTime * rate) + ahead;
    }

    boolean isUp() {
        return simulation.now() >= downUntil;
    }

    /** Whether the server certainly has the lease with this token: it is there, and there was no recent fault. */
    boolean surelyHas(String name, long token) {
        boolean quiet = simulation.now() - lastFault > MEMORY_OF_FAULTS;
        return quiet && holder(name) != null && kept(name).fence() == token;
    }

    boolean isFree() {
        return leases.keySet().stream().allMatch(name -> holder(name) == null);
    }

    private Kept kept(String name) {
        return leases.getOrDefault(name, NOTHING);
    }

    private @Nullable Claim holder(String name) {
        Kept kept = kept(name);
        return kept.claim() != null && kept.expires() > clock() ? kept.claim() : null;
    }

    Acquisition acquire(LeaseRequest request) {
        String name = request.name();
        Claim holder = holder(name);
        if (holder != null) {
            return new Acquisition.Occupied(holder, Optional.of(remaining(name)));
        }
        if (request.fences() == Fences.EXPIRING && simulation.chance(0.1)) {
            leases.remove(name); // as if its fence had expired
        }
        Kept kept = kept(name);
        long since = kept.fence() > 0 ? kept.since() : clock();
        long fence = Math.max(Math.max(kept.fence() + 1, clock() / 1_000), request.floor());
        leases.put(name, new Kept(request.claim(), clock() + request.ttl().toNanos(), fence, since));
        Duration known = Duration.ofNanos(clock() - since);
        return new Acquisition.Granted(fence, known.compareTo(uptime()) < 0 ? known : uptime());
    }

    private Duration uptime() {
        return Duration.ofSeconds(Duration.ofNanos(clock() - started).toSeconds()); // servers report whole seconds
    }

    private Duration remaining(String name) {
        return Duration.ofNanos(Math.max(0, kept(name).expires() - clock()));
    }

    Renewal renew(LeaseRequest request) {
        String name = request.name();
        if (!request.claim().equals(holder(name))) {
            return new Renewal.NotYours(read(name));
        }
        Kept kept = kept(name);
        leases.put(
                name,
                new Kept(
                        request.claim(),
                        clock() + request.ttl().toNanos(),
                        Math.max(kept.fence(), request.floor()),
                        kept.since()));
        return new Renewal.Renewed();
    }

    boolean release(String name, Claim claim) {
        if (!claim.equals(holder(name))) {
            return false;
        }
        leases.put(name, new Kept(null, 0, kept(name).fence(), kept(name).since()));
        return true;
    }

    StoredLease read(String name) {
        Claim holder = holder(name);
        long fence = kept(name).fence();
        return new StoredLease(
                Optional.ofNullable(holder),
                holder == null ? Optional.empty() : Optional.of(remaining(name)),
                fence > 0 ? OptionalLong.of(fence) : OptionalLong.empty());
    }

    void force(String name) {
        Kept kept = kept(name);
        lastFault = simulation.now();
        long since = kept.fence() > 0 ? kept.since() : clock();
        leases.put(name, new Kept(null, 0, Math.max(kept.fence() + 1, clock() / 1_000), since));
    }

    void save() {
        snapshot = Map.copyOf(leases);
    }

    /** Loses everything without a restart. */
    void flush() {
        lastFault = simulation.now();
        leases.clear();
    }

    /** Restarts: unavailable for a time, then with what was last saved, or empty. */
    void restart(long downFor, boolean empty) {
        lastFault = simulation.now();
        leases = new HashMap<>(empty ? Map.of() : snapshot);
        downUntil = simulation.now() + downFor;
        started = at(downUntil);
    }

    /**
     * Replaces the server with another one that has run for as long, lacks the changes since the last save, and has a
     * clock that is ahead, so that leases end earlier.
     */
    void failOver() {
        lastFault = simulation.now();
        ahead += simulation.between(0, FURTHEST_AHEAD);
        leases = new HashMap<>(snapshot);
    }
}
