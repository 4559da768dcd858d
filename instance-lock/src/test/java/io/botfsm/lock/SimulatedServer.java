package io.botfsm.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One lock as a server keeps it, with a clock of its own; it may forget, restart, and be replaced by a stale replica. */
final class SimulatedServer {
    /** @param since when the fence was begun, without which nobody knows who had the lock before */
    private record Kept(@Nullable Claim claim, long expires, long fence, long since) {}

    private static final Kept NOTHING = new Kept(null, 0, 0, 0);

    private static final long MEMORY_OF_FAULTS = 20_000_000_000L;

    private final Simulation simulation;
    private final double rate;
    private Kept kept = NOTHING;
    private Kept snapshot = NOTHING;
    private long started;
    private long downUntil;
    private long lastFault = Long.MIN_VALUE / 2;

    SimulatedServer(Simulation simulation, double greatestDeviation) {
        this.simulation = simulation;
        this.rate = 1 + greatestDeviation * (2 * simulation.random().nextDouble() - 1);
        this.started = Long.MIN_VALUE / 2; // long ago
    }

    private long clock() {
        return (long) (simulation.now() * rate);
    }

    boolean isUp() {
        return simulation.now() >= downUntil;
    }

    /** Whether this token's lease is there, and nobody has interfered lately. */
    boolean surelyHas(long token) {
        boolean quiet = simulation.now() - lastFault > MEMORY_OF_FAULTS;
        return quiet && holder() != null && kept.fence() == token;
    }

    boolean isFree() {
        return holder() == null;
    }

    private @Nullable Claim holder() {
        return kept.claim() != null && kept.expires() > clock() ? kept.claim() : null;
    }

    Acquisition acquire(LeaseRequest request) {
        Claim holder = holder();
        if (holder != null) {
            return new Acquisition.Occupied(holder, Optional.of(remaining()));
        }
        long since = kept.fence() > 0 ? kept.since() : clock();
        long fence = Math.max(Math.max(kept.fence() + 1, clock() / 1_000), request.floor());
        kept = new Kept(request.claim(), clock() + request.ttl().toNanos(), fence, since);
        Duration known = Duration.ofNanos(clock() - since);
        return new Acquisition.Granted(fence, known.compareTo(uptime()) < 0 ? known : uptime());
    }

    private Duration uptime() {
        return Duration.ofSeconds(Duration.ofNanos(clock() - started).toSeconds()); // whole seconds, as servers tell it
    }

    private Duration remaining() {
        return Duration.ofNanos(Math.max(0, kept.expires() - clock()));
    }

    Renewal renew(LeaseRequest request) {
        if (!request.claim().equals(holder())) {
            return new Renewal.NotYours(read());
        }
        kept = new Kept(
                request.claim(),
                clock() + request.ttl().toNanos(),
                Math.max(kept.fence(), request.floor()),
                kept.since());
        return new Renewal.Renewed();
    }

    boolean release(Claim claim) {
        if (!claim.equals(holder())) {
            return false;
        }
        kept = new Kept(null, 0, kept.fence(), kept.since());
        return true;
    }

    StoredLease read() {
        Claim holder = holder();
        return new StoredLease(
                Optional.ofNullable(holder),
                holder == null ? Optional.empty() : Optional.of(remaining()),
                kept.fence() > 0 ? OptionalLong.of(kept.fence()) : OptionalLong.empty());
    }

    void force() {
        lastFault = simulation.now();
        long since = kept.fence() > 0 ? kept.since() : clock();
        kept = new Kept(null, 0, Math.max(kept.fence() + 1, clock() / 1_000), since);
    }

    void save() {
        snapshot = kept;
    }

    /** Everything is gone, and the server goes on. */
    void flush() {
        lastFault = simulation.now();
        kept = NOTHING;
    }

    /** Not there for a time, then with what it had when it was last saved, or with nothing. */
    void restart(long downFor, boolean empty) {
        lastFault = simulation.now();
        kept = empty ? NOTHING : snapshot;
        downUntil = simulation.now() + downFor;
        started = (long) (downUntil * rate);
    }

    /** Another takes its place that has been running as long, and lacks what happened since the last save. */
    void failOver() {
        lastFault = simulation.now();
        kept = snapshot;
    }
}
