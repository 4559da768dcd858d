package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The content stored under a name, and the effect of each operation on it. Immutable. Times are nanoseconds from an
 * arbitrary origin, compared by their difference.
 *
 * @param claim the claim that holds, or held, the lease
 * @param leaseEnd when the lease ends, or ended
 * @param fence the highest fencing token; 0 if there is none
 * @param fenceStays whether the fence is kept forever
 * @param fenceEnd until when the fence is kept otherwise
 */
record LeaseRecord(@Nullable Claim claim, long leaseEnd, long fence, boolean fenceStays, long fenceEnd) {
    /** How long {@link Fences#EXPIRING} fences are kept. */
    private static final Duration FENCE_LIFE = Duration.ofHours(1);

    static final LeaseRecord NOTHING = new LeaseRecord(null, 0, 0, false, 0);

    /** The result of an operation: the next record and the answer. */
    record Step<T>(LeaseRecord next, T answer) {}

    /** Returns this record without expired parts; {@link #NOTHING} if everything has expired. */
    LeaseRecord at(long now) {
        if (claim != null && leaseEnd - now > 0) {
            return this;
        }
        if (!fenceStays && fenceEnd - now <= 0) {
            return NOTHING;
        }
        return claim == null ? this : new LeaseRecord(null, 0, fence, fenceStays, fenceEnd);
    }

    boolean isNothing() {
        return claim == null && fence == 0;
    }

    StoredLease stored(long now) {
        return new StoredLease(
                Optional.ofNullable(claim),
                Optional.ofNullable(claim).map(held -> remaining(now)),
                fence == 0 ? OptionalLong.empty() : OptionalLong.of(fence));
    }

    private Duration remaining(long now) {
        return Duration.ofNanos(leaseEnd - now);
    }

    Step<Acquisition> acquire(LeaseRequest request, long now, long micros) {
        if (claim != null) {
            return new Step<>(this, new Occupied(claim, Optional.of(remaining(now))));
        }
        long token = Math.max(nextFence(request.name(), micros), request.floor());
        return new Step<>(lease(request, token, now), new Granted(token, Granted.EVERYTHING));
    }

    Step<Renewal> renew(LeaseRequest request, long now) {
        if (!request.claim().equals(claim)) {
            return new Step<>(this, new NotYours(stored(now)));
        }
        return new Step<>(lease(request, Math.max(fence, request.floor()), now), new Renewed());
    }

    private static LeaseRecord lease(LeaseRequest request, long fence, long now) {
        long end = now + request.ttl().toNanos();
        return new LeaseRecord(
                request.claim(), end, fence, request.fences() == Fences.KEPT, end + FENCE_LIFE.toNanos());
    }

    Step<Boolean> release(Claim releasing, long now) {
        return releasing.equals(claim) ? new Step<>(free(fence, now), true) : new Step<>(this, false);
    }

    /** Returns the record after a forced release. */
    LeaseRecord force(String name, long now, long micros) {
        return free(nextFence(name, micros), now);
    }

    private LeaseRecord free(long raised, long now) {
        return new LeaseRecord(null, 0, raised, fenceStays, now + FENCE_LIFE.toNanos());
    }

    private long nextFence(String name, long micros) {
        if (fence >= LeaseRequest.MAX_FENCING_TOKEN) {
            throw new LeaseStoreException(
                    String.format(Locale.ROOT, "the fencing tokens of \"%s\" are used up", name), true, null);
        }
        return Math.max(fence + 1, micros);
    }
}
