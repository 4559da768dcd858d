package io.botfsm.jdbc;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The row of a lease name, as read at one moment, and the effect of operations on it. Times are microseconds since 1970
 * by the database's clock. Immutable.
 *
 * @param claim the claim that holds, or held, the lease
 * @param ends when the lease ends, or ended
 * @param fence the highest fencing token; 0 if there is none
 * @param fenceKept whether the fence is kept forever
 * @param released when the lease was last released or forced, or a little later, so that the number differs each time
 * @param version the version of the row; 0 if there is none
 * @param now when it was read
 */
record LeaseRow(
        Optional<Claim> claim, long ends, long fence, boolean fenceKept, long released, long version, long now) {
    /** How long {@link Fences#EXPIRING} fences are kept. */
    static final Duration FENCE_LIFE = Duration.ofHours(1);

    static LeaseRow none(long now) {
        return new LeaseRow(Optional.empty(), 0, 0, false, 0, 0, now);
    }

    boolean exists() {
        return version != 0;
    }

    boolean isHeld() {
        return claim.isPresent() && ends > now;
    }

    boolean isHeldBy(Claim asking) {
        return isHeld() && claim.equals(Optional.of(asking));
    }

    /** Returns this row without an expired fence. */
    LeaseRow withoutOldFence() {
        return fenceKept || ends + micros(FENCE_LIFE) > now
                ? this
                : new LeaseRow(Optional.empty(), ends, 0, false, released, version, now);
    }

    Optional<Duration> remaining() {
        return isHeld() ? Optional.of(Duration.of(ends - now, ChronoUnit.MICROS)) : Optional.empty();
    }

    StoredLease stored() {
        return new StoredLease(
                claim.filter(any -> isHeld()), remaining(), fence == 0 ? OptionalLong.empty() : OptionalLong.of(fence));
    }

    /** Returns the lowest token that may be issued next. */
    private long nextFence() {
        if (fence >= LeaseRequest.MAX_FENCING_TOKEN) {
            throw new LeaseStoreException("the fencing tokens of the name are used up", true, null);
        }
        return Math.max(fence + 1, now);
    }

    LeaseRow acquired(LeaseRequest request) {
        return leased(request, Math.max(nextFence(), request.floor()));
    }

    LeaseRow renewed(LeaseRequest request) {
        return leased(request, Math.max(fence, request.floor()));
    }

    private LeaseRow leased(LeaseRequest request, long token) {
        boolean kept = request.fences() == Fences.KEPT;
        return new LeaseRow(
                Optional.of(request.claim()), now + micros(request.ttl()), token, kept, released, version, now);
    }

    LeaseRow freed() {
        return freed(fence);
    }

    LeaseRow forced() {
        return freed(nextFence());
    }

    private LeaseRow freed(long token) {
        return new LeaseRow(Optional.empty(), now, token, fenceKept, Math.max(now, released + 1), version, now);
    }

    private static long micros(Duration time) {
        return time.toMillis() * 1_000;
    }
}
