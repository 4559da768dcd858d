package io.botfsm.conformance.lease;

import static io.botfsm.conformance.lease.LeaseRules.assertFree;
import static io.botfsm.conformance.lease.LeaseRules.assertHeldBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.Optional;

/** The expected lease under one name: its holder, its end, and the least that the fence may be. */
final class LeaseModel {
    private Optional<Claim> holder = Optional.empty();
    private Duration now = Duration.ZERO;
    private Duration end = Duration.ZERO;

    /**
     * The latest end that the holder has asked for. A store of several nodes may report it even after a shorter
     * renewal: the longer one, sent through another store, may reach a node later.
     */
    private Duration latestEnd = Duration.ZERO;

    private long fence;

    Optional<Claim> holder() {
        return holder;
    }

    void pass(Duration time) {
        now = now.plus(time);
        if (now.compareTo(end) >= 0) {
            holder = Optional.empty();
        }
    }

    void acquired(LeaseRequest request, Acquisition answer) {
        if (holder.isPresent()) {
            assertThat(answer).isInstanceOf(Occupied.class);
            assertThat(((Occupied) answer).claim()).isEqualTo(holder.get());
            return;
        }
        assertThat(answer).isInstanceOf(Granted.class);
        long token = ((Granted) answer).fencingToken();
        assertThat(token).isGreaterThan(fence).isGreaterThanOrEqualTo(request.floor());
        holder = Optional.of(request.claim());
        end = now.plus(request.ttl());
        latestEnd = end;
        fence = token;
    }

    void renewed(LeaseRequest request, Renewal answer) {
        if (holder.equals(Optional.of(request.claim()))) {
            assertThat(answer).isEqualTo(new Renewed());
            end = now.plus(request.ttl());
            latestEnd = end.compareTo(latestEnd) > 0 ? end : latestEnd;
            fence = Math.max(fence, request.floor());
        } else {
            assertThat(answer).isInstanceOf(NotYours.class);
            read(((NotYours) answer).found());
        }
    }

    void released(Claim claim, boolean answer) {
        assertThat(answer).isEqualTo(holder.equals(Optional.of(claim)));
        if (answer) {
            holder = Optional.empty();
        }
    }

    void forced() {
        holder = Optional.empty();
        fence++;
    }

    void read(StoredLease answer) {
        holder.ifPresentOrElse(claim -> assertHeldBy(claim, answer), () -> assertFree(answer));
        answer.remaining().ifPresent(remaining -> assertThat(remaining).isLessThanOrEqualTo(latestEnd.minus(now)));
        assertThat(answer.fencingToken().orElse(0)).isGreaterThanOrEqualTo(fence);
    }
}
