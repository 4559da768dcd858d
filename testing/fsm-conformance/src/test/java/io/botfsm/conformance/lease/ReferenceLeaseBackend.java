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

/** The simplest backend that keeps every rule of the leases. The wrong ones override one method each. */
class ReferenceLeaseBackend {
    static final Duration FENCE_TTL = Duration.ofHours(1);
    static final long FOR_EVER = Long.MAX_VALUE;

    record Held(Claim claim, long end) {}

    record Fence(long token, long end) {}

    /** One who subscribed. */
    record Ear(Object name, Runnable hint) {}

    enum Connection {
        UP,
        DOWN,
        LOSES_ANSWERS
    }

    final Map<Object, Held> leases = new ConcurrentHashMap<>();
    final Map<Object, Fence> fences = new ConcurrentHashMap<>();
    final List<Ear> ears = new CopyOnWriteArrayList<>();
    volatile Connection connection = Connection.UP;

    /** BackendTime that the test advances, unless overridden. */
    final AtomicLong nanos = new AtomicLong();

    long now() {
        return nanos.get();
    }

    long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + nanos.get() / 1_000;
    }

    Object address(String name) {
        return name;
    }

    boolean owns(Held held, Claim claim) {
        return held != null && held.claim.equals(claim);
    }

    Held held(String name) {
        Held held = leases.get(address(name));
        return held == null || held.end <= now() ? null : held;
    }

    long fence(String name) {
        Fence fence = fences.get(address(name));
        return fence == null || fence.end <= now() ? 0 : fence.token;
    }

    long token(LeaseRequest request, long last) {
        return Math.max(above(last), request.floor());
    }

    long above(long last) {
        if (last >= LeaseRequest.HIGHEST_FENCE) {
            throw new LeaseStoreException("no tokens are left", true, null);
        }
        return Math.max(last + 1, micros());
    }

    long end(LeaseRequest request) {
        return now() + request.ttl().toNanos();
    }

    void keepFence(String name, long token, long end) {
        fences.put(address(name), new Fence(token, end));
    }

    long fenceEnd(LeaseRequest request) {
        return request.fences() == Fences.KEPT ? FOR_EVER : end(request) + FENCE_TTL.toNanos();
    }

    synchronized Acquisition acquire(LeaseRequest request) {
        String name = request.name();
        Held held = held(name);
        if (held != null) {
            return occupied(request, held);
        }
        long token = token(request, fence(name));
        keepFence(name, token, fenceEnd(request));
        leases.put(address(name), new Held(request.claim(), end(request)));
        return granted(token);
    }

    Acquisition granted(long token) {
        return new Granted(token, Granted.EVERYTHING);
    }

    Acquisition occupied(LeaseRequest request, Held held) {
        return new Occupied(held.claim, Optional.of(remaining(held)));
    }

    Duration remaining(Held held) {
        return Duration.ofNanos(held.end - now());
    }

    synchronized Renewal renew(LeaseRequest request) {
        String name = request.name();
        if (!owns(held(name), request.claim())) {
            return new NotYours(read(name));
        }
        leases.put(address(name), new Held(request.claim(), end(request)));
        keepFence(name, raised(fence(name), request.floor()), fenceEnd(request));
        return new Renewed();
    }

    long raised(long fence, long floor) {
        return Math.max(fence, floor);
    }

    synchronized boolean release(String name, Claim claim) {
        if (!owns(held(name), claim)) {
            return false;
        }
        leases.remove(address(name));
        outliveTheLease(name);
        return true;
    }

    void outliveTheLease(String name) {
        fences.computeIfPresent(
                address(name),
                (same, fence) ->
                        new Fence(fence.token, fence.end == FOR_EVER ? FOR_EVER : now() + FENCE_TTL.toNanos()));
    }

    synchronized StoredLease read(String name) {
        Held held = held(name);
        long fence = fence(name);
        return new StoredLease(
                Optional.ofNullable(held).map(Held::claim),
                Optional.ofNullable(held).map(this::remaining),
                fence == 0 ? OptionalLong.empty() : OptionalLong.of(fence));
    }

    synchronized void force(String name) {
        long token = forcedFence(fence(name));
        Fence before = fences.get(address(name));
        boolean stays = before != null && before.end == FOR_EVER;
        leases.remove(address(name));
        keepFence(name, token, stays ? FOR_EVER : now() + FENCE_TTL.toNanos());
    }

    long forcedFence(long last) {
        return above(last);
    }

    /** After a release, or force. */
    void tell(String name) {
        ears.stream().filter(ear -> ear.name.equals(address(name))).forEach(ear -> ear.hint.run());
    }

    void cut(Connection fault) {
        connection = fault;
    }

    void restore() {
        if (connection != Connection.UP) {
            connection = Connection.UP;
            ears.forEach(ear -> ear.hint.run());
        }
    }

    synchronized long records() {
        leases.values().removeIf(held -> held.end <= now());
        fences.values().removeIf(fence -> fence.end <= now());
        return leases.size()
                + fences.size()
                + ears.stream().map(Ear::name).distinct().count();
    }
}
