package io.botfsm.conformance.lease;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * The simplest backend that keeps every rule of the leases. Its steps are fields, and a fault is another step in place
 * of the honest one.
 */
public final class ReferenceLeaseBackend {
    static final Duration FENCE_TTL = Duration.ofHours(1);
    static final long FOR_EVER = Long.MAX_VALUE;

    public record Held(Claim claim, long end) {}

    record Fence(long token, long end) {}

    record Subscriber(Object name, Runnable hint) {}

    public enum Connection {
        UP,
        DOWN,
        LOSES_ANSWERS
    }

    public final Map<Object, Held> leases = new ConcurrentHashMap<>();
    final Map<Object, Fence> fences = new ConcurrentHashMap<>();
    final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    final AtomicLong advanced = new AtomicLong();
    volatile Connection connection = Connection.UP;

    /** The time in nanoseconds. */
    LongSupplier now = advanced::get;

    Function<LeaseRequest, Acquisition> acquire = this::honestAcquire;
    LongFunction<Acquisition> granted = token -> new Granted(token, Granted.EVERYTHING);
    BiFunction<LeaseRequest, Held, Acquisition> occupied = this::honestOccupied;
    Function<LeaseRequest, Renewal> renew = this::honestRenew;
    BiPredicate<String, Claim> release = this::honestRelease;
    Function<String, StoredLease> read = this::honestRead;
    Consumer<String> force = this::honestForce;

    Function<String, Object> address = name -> name;
    BiPredicate<Held, Claim> owns = (held, claim) -> held != null && held.claim.equals(claim);
    Function<String, Held> held = this::honestHeld;
    Function<Held, Duration> remaining = this::honestRemaining;
    ToLongFunction<LeaseRequest> end = this::honestEnd;

    LongSupplier micros = this::honestMicros;
    ToLongFunction<String> fence = this::honestFence;
    ToLongBiFunction<LeaseRequest, Long> token = this::honestToken;
    LongUnaryOperator above = this::honestAbove;
    LongBinaryOperator raised = Math::max;
    LongUnaryOperator forcedFence = fence -> above.applyAsLong(fence);
    LongUnaryOperator keptToken = token -> token;
    ToLongFunction<LeaseRequest> fenceEnd = this::honestFenceEnd;
    UnaryOperator<Fence> fenceOfReleased = this::honestFenceOfReleased;

    public Consumer<Connection> cut = fault -> connection = fault;
    public Runnable restore = this::honestRestore;
    LongSupplier records = this::honestRecords;

    /** What is done to each store that is opened. */
    public Consumer<ReferenceLeaseStore> opened = store -> {};

    /** Takes the time of this machine, which passes by itself. */
    public ReferenceLeaseBackend inRealTime() {
        long begun = System.nanoTime();
        now = () -> System.nanoTime() - begun;
        return this;
    }

    public ReferenceLeaseStore open(Duration deadline) {
        ReferenceLeaseStore store = new ReferenceLeaseStore(this, deadline);
        opened.accept(store);
        return store;
    }

    private long honestMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + advanced.get() / 1_000;
    }

    long in(Duration time) {
        return now.getAsLong() + time.toNanos();
    }

    Held honestHeld(String name) {
        Held held = leases.get(address.apply(name));
        return held == null || held.end <= now.getAsLong() ? null : held;
    }

    private long honestFence(String name) {
        Fence fence = fences.get(address.apply(name));
        return fence == null || fence.end <= now.getAsLong() ? 0 : fence.token;
    }

    long honestToken(LeaseRequest request, long last) {
        return Math.max(above.applyAsLong(last), request.floor());
    }

    long honestAbove(long last) {
        if (last >= LeaseRequest.MAX_FENCING_TOKEN) {
            throw new LeaseStoreException("no tokens are left", true, null);
        }
        return Math.max(last + 1, micros.getAsLong());
    }

    long honestEnd(LeaseRequest request) {
        return in(request.ttl());
    }

    private long honestFenceEnd(LeaseRequest request) {
        return request.fences() == Fences.KEPT ? FOR_EVER : end.applyAsLong(request) + FENCE_TTL.toNanos();
    }

    void keepLease(LeaseRequest request) {
        keepLease(request.name(), new Held(request.claim(), end.applyAsLong(request)));
    }

    void keepLease(String name, Held held) {
        leases.put(address.apply(name), held);
    }

    void keepFence(String name, long token, long end) {
        fences.put(address.apply(name), new Fence(keptToken.applyAsLong(token), end));
    }

    void changeFence(String name, UnaryOperator<Fence> change) {
        fences.computeIfPresent(address.apply(name), (same, fence) -> change.apply(fence));
    }

    synchronized Acquisition acquire(LeaseRequest request) {
        return acquire.apply(request);
    }

    Acquisition honestAcquire(LeaseRequest request) {
        String name = request.name();
        Held holder = held.apply(name);
        if (holder != null) {
            return occupied.apply(request, holder);
        }
        long next = token.applyAsLong(request, fence.applyAsLong(name));
        keepFence(name, next, fenceEnd.applyAsLong(request));
        keepLease(request);
        return granted.apply(next);
    }

    Acquisition honestOccupied(LeaseRequest request, Held holder) {
        return new Occupied(holder.claim, Optional.of(remaining.apply(holder)));
    }

    Duration honestRemaining(Held held) {
        return Duration.ofNanos(held.end - now.getAsLong());
    }

    synchronized Renewal renew(LeaseRequest request) {
        return renew.apply(request);
    }

    Renewal honestRenew(LeaseRequest request) {
        String name = request.name();
        if (!owns.test(held.apply(name), request.claim())) {
            return new NotYours(read.apply(name));
        }
        keepLease(request);
        keepFence(name, raised.applyAsLong(fence.applyAsLong(name), request.floor()), fenceEnd.applyAsLong(request));
        return new Renewed();
    }

    synchronized boolean release(String name, Claim claim) {
        return release.test(name, claim);
    }

    boolean honestRelease(String name, Claim claim) {
        if (!owns.test(held.apply(name), claim)) {
            return false;
        }
        leases.remove(address.apply(name));
        changeFence(name, fenceOfReleased);
        return true;
    }

    private Fence honestFenceOfReleased(Fence fence) {
        return fence.end == FOR_EVER ? fence : new Fence(fence.token, in(FENCE_TTL));
    }

    synchronized StoredLease read(String name) {
        return read.apply(name);
    }

    StoredLease honestRead(String name) {
        Held holder = held.apply(name);
        long last = fence.applyAsLong(name);
        return new StoredLease(
                Optional.ofNullable(holder).map(Held::claim),
                Optional.ofNullable(holder).map(remaining),
                last == 0 ? OptionalLong.empty() : OptionalLong.of(last));
    }

    synchronized void force(String name) {
        force.accept(name);
    }

    void honestForce(String name) {
        long next = forcedFence.applyAsLong(fence.applyAsLong(name));
        Fence before = fences.get(address.apply(name));
        boolean stays = before != null && before.end == FOR_EVER;
        leases.remove(address.apply(name));
        keepFence(name, next, stays ? FOR_EVER : in(FENCE_TTL));
    }

    /** After a release, or force. */
    void hint(String name) {
        subscribers.stream()
                .filter(each -> each.name.equals(address.apply(name)))
                .forEach(each -> each.hint.run());
    }

    private void honestRestore() {
        if (connection != Connection.UP) {
            connection = Connection.UP;
            subscribers.forEach(each -> each.hint.run());
        }
    }

    synchronized long honestRecords() {
        leases.values().removeIf(held -> held.end <= now.getAsLong());
        fences.values().removeIf(fence -> fence.end <= now.getAsLong());
        return leases.size()
                + fences.size()
                + subscribers.stream().map(Subscriber::name).distinct().count();
    }
}
