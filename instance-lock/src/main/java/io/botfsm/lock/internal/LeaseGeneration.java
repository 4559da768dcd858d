package io.botfsm.lock.internal;

import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One generation of holding a lease, from the grant of the store to its end. It is renewed from its start until it is
 * released or lost.
 *
 * <p>It has two deadlines, both from the last {@link Confirmation}: at the soft deadline its user is notified to stop,
 * at the hard deadline the lease is lost. Thread-safe.
 */
public final class LeaseGeneration {
    private enum State {
        /** Granted, but an earlier holder that the store has forgotten may still consider itself the holder. */
        QUARANTINE,
        ACTIVE,
        /** The last renewal failed. */
        DEGRADED,
        /** Past the soft deadline: its user was notified. It is still renewed, so that the user can stop in order. */
        DRAINING,
        RELEASED,
        LOST;

        boolean isOver() {
            return this == RELEASED || this == LOST;
        }
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(LeaseGeneration.class.getPackageName());
    private static final LeaseListener NOBODY = reason -> {};

    /** How often a remaining quarantine is reported. */
    private static final Duration REMINDER = Duration.ofSeconds(5);

    private final LeaseEngine engine;
    private final LeaseRequest renewal;
    private final long fencingToken;
    private final Duration quarantine;
    private final Alarm renewals;
    private final Alarm deadlines;
    private final Object monitor = new Object();
    private final RenewalSchedule schedule;
    private volatile LeaseListener listener = NOBODY;
    private volatile State state;
    private volatile Confirmation confirmed;
    private boolean inDoubt;
    private Optional<LossReason> loss = Optional.empty();

    LeaseGeneration(LeaseEngine engine, LeaseRequest request, Acquisition.Granted granted, ClockReading start) {
        this.engine = engine;
        this.renewal = request.withFloor(granted.fencingToken());
        this.fencingToken = granted.fencingToken();
        this.quarantine = engine.settings().quarantine(granted.memory());
        this.state = quarantine.isNegative() || quarantine.isZero() ? State.ACTIVE : State.QUARANTINE;
        this.confirmed = Confirmation.of(start, engine.timings());
        this.schedule = new RenewalSchedule(engine, start);
        this.renewals = engine.renewalAlarm(this::renewIfDue);
        this.deadlines = engine.deadlineAlarm(this::checkDeadlines);
    }

    /**
     * Starts renewing the lease, unless it has already ended; the listener is notified of a loss even then. Must be
     * called once.
     */
    public void start(LeaseListener notified) {
        Optional<LossReason> lostBefore;
        synchronized (monitor) {
            listener = notified;
            lostBefore = loss;
        }
        lostBefore.ifPresent(notified::lost);
        if (state.isOver()) {
            return;
        }
        if (state == State.QUARANTINE) {
            sitOutQuarantine(engine.clock().nanoTime() + quarantine.toNanos());
        } else {
            notified.activated();
        }
        renewals.atLatest(nextRenewal());
        deadlines.atLatest(confirmed.soft());
    }

    private void sitOutQuarantine(long end) {
        if (state != State.QUARANTINE) {
            return;
        }
        Duration left = Duration.ofNanos(end - engine.clock().nanoTime());
        if (left.isNegative() || left.isZero()) {
            activate();
            return;
        }
        listener.quarantined(left);
        engine.later(left.compareTo(REMINDER) < 0 ? left : REMINDER, () -> sitOutQuarantine(end));
    }

    private void activate() {
        synchronized (monitor) {
            if (state != State.QUARANTINE) {
                return;
            }
            state = schedule.failures() > 0 ? State.DEGRADED : State.ACTIVE;
        }
        listener.activated();
        deadlines.atLatest(confirmed.soft());
    }

    // What its user sees.

    /** Returns whether the lease is held now, according to the clock, without I/O. */
    public boolean isHeld() {
        if (state == State.QUARANTINE || state.isOver()) {
            return false;
        }
        ClockReading now = ClockReading.of(engine.clock());
        if (confirmed.isOver(now.nanos())) {
            return false;
        }
        if (confirmed.isDoubtful(now)) {
            renewAtOnce(now);
            return false;
        }
        return !state.isOver();
    }

    /** Returns the fencing token, which is constant. */
    public long fencingToken() {
        return fencingToken;
    }

    public String name() {
        return renewal.name();
    }

    public Claim claim() {
        return renewal.claim();
    }

    /** Returns how long the lease is held without a renewal. */
    public Duration remaining() {
        return state.isOver() ? Duration.ZERO : confirmed.left(engine.clock().nanoTime());
    }

    // Renewing.

    private void renewIfDue() {
        try {
            ClockReading start =
                    ClockReading.of(engine.clock()); // before the request is sent: its answer may take any time
            int attempt;
            synchronized (monitor) {
                if (state.isOver() || schedule.isPending()) {
                    return;
                }
                attempt = schedule.isDue(start.nanos()) ? schedule.begin() : 0;
            }
            if (attempt > 0) {
                ask(attempt, start);
            } else {
                renewals.atLatest(nextRenewal());
            }
        } catch (Throwable e) { // renewing must go on, whatever this was
            LOGGER.error("lease \"{}\": the renewal failed", UnicodeText.printable(name()), e);
            renewals.atLatest(
                    engine.clock().nanoTime() + engine.timings().retryPause().toNanos());
        }
    }

    private void ask(int attempt, ClockReading start) {
        try {
            Duration timeout = schedule.timeout(confirmed, start.nanos());
            Scheduler.Task timer =
                    engine.later(timeout, () -> failed(attempt, new TimeoutException("no answer within " + timeout)));
            var unused = engine.renew(renewal).whenComplete((answer, failure) -> {
                timer.cancel();
                answered(attempt, start, answer, failure);
            });
        } catch (Throwable e) { // such as no memory for a timer: only this attempt has failed
            failed(attempt, e);
        }
    }

    private void answered(int attempt, ClockReading start, @Nullable Renewal answer, @Nullable Throwable failure) {
        if (answer instanceof Renewal.NotYours other) {
            lose(reason(other.found()));
        } else if (answer != null) {
            renewed(attempt, start);
        } else {
            failed(attempt, failure == null ? new IllegalStateException("the store returned null") : failure);
        }
    }

    private void renewed(int attempt, ClockReading start) {
        int failedBefore;
        boolean wasInDoubt;
        boolean stillInDoubt;
        boolean inTime;
        synchronized (monitor) {
            if (state == State.RELEASED) {
                return;
            }
            ClockReading now = ClockReading.of(engine.clock());
            failedBefore = schedule.failures();
            wasInDoubt = inDoubt;
            inTime = state != State.LOST && !confirmed.isOver(now.nanos());
            if (inTime) {
                confirm(attempt, start, now);
            }
            stillInDoubt = inDoubt;
        }
        if (!inTime) { // the store has renewed the lease, but nobody uses it any more
            lose(LossReason.EXPIRED);
            engine.abandon(name(), claim());
            return;
        }
        renewals.atLatest(nextRenewal());
        if (!stillInDoubt && (failedBefore > 0 || wasInDoubt)) {
            listener.renewedLate(failedBefore);
        }
    }

    private void confirm(int attempt, ClockReading start, ClockReading now) {
        confirmed = confirmed.or(Confirmation.of(start, engine.timings()));
        schedule.succeeded(attempt, start);
        if (state == State.DEGRADED) {
            state = State.ACTIVE;
        }
        inDoubt = inDoubt && confirmed.isDoubtful(now);
        if (inDoubt) { // the request was sent before the clock jumped: ask again
            schedule.nextAtOnce(now.nanos());
        }
    }

    private void failed(int attempt, Throwable cause) {
        long now = engine.clock().nanoTime();
        boolean first;
        synchronized (monitor) {
            if (state.isOver() || !schedule.failed(attempt, now)) {
                return;
            }
            first = state == State.ACTIVE;
            if (first) {
                state = State.DEGRADED;
            }
        }
        renewals.atLatest(nextRenewal());
        if (first) {
            listener.degraded(Duration.ofNanos(confirmed.hard() - now), cause);
        }
    }

    /** Renews at once if the clocks disagree, since only the store then knows whether the lease has expired. */
    private void renewAtOnce(ClockReading now) {
        synchronized (monitor) {
            if (inDoubt || !confirmed.isDoubtful(now)) { // a renewal may have been confirmed meanwhile
                return;
            }
            inDoubt = true;
            schedule.nextAtOnce(now.nanos());
        }
        renewals.atLatest(nextRenewal());
        listener.clockJumped(confirmed.start().aheadUntil(now));
    }

    private long nextRenewal() {
        synchronized (monitor) {
            return schedule.next();
        }
    }

    // Deadlines.

    /** Checks the deadlines, without I/O, so that it works even if everything else hangs. */
    private void checkDeadlines() {
        long now = engine.clock().nanoTime();
        boolean drains;
        synchronized (monitor) {
            if (state.isOver()) {
                return;
            }
            drains = confirmed.isExpiring(now) && state != State.DRAINING && state != State.QUARANTINE;
            if (drains) {
                state = State.DRAINING;
            }
        }
        if (drains) {
            listener.expiring(confirmed.left(now));
        }
        if (confirmed.isOver(now)) {
            lose(expiredOrSuspended());
        } else {
            deadlines.atLatest(confirmed.next(now));
        }
    }

    private LossReason expiredOrSuspended() {
        return confirmed.isDoubtful(ClockReading.of(engine.clock())) ? LossReason.SUSPENDED : LossReason.EXPIRED;
    }

    private LossReason reason(StoredLease found) {
        if (found.claim().isPresent()) {
            return LossReason.TAKEN;
        }
        return found.fencingToken().orElse(0) > fencingToken ? LossReason.FORCED : expiredOrSuspended();
    }

    // The end.

    /**
     * Ends the lease permanently. Returns whether this call did, rather than an earlier one. The store is not notified.
     */
    public boolean end() {
        return endsAs(State.RELEASED);
    }

    /** Ends the lease as lost, and notifies its user. */
    public void lose(LossReason reason) {
        if (endsAs(State.LOST)) {
            LeaseListener notified;
            synchronized (monitor) {
                loss = Optional.of(reason);
                notified = listener;
            }
            notified.lost(reason);
        }
    }

    /**
     * Ends the lease and releases it in the store, even if it has already ended by a loss that the store may not know
     * of yet.
     *
     * @return whether the store has confirmed it within the timeout of one request; the stage never fails
     */
    public CompletionStage<Boolean> release() {
        var unused = end();
        return ConfirmedRelease.begin(engine, name(), claim(), false);
    }

    /**
     * Raises the fence of the name to a token that was seen, if the store still has this lease, so that the next holder
     * gets a higher token. Must be called after the lease has ended; it does not extend the lease.
     *
     * @return whether the store has confirmed it; the stage never fails
     */
    public CompletionStage<Boolean> raiseFence(long seen) {
        long left = confirmed.left(engine.clock().nanoTime()).toMillis();
        LeaseRequest raising =
                new LeaseRequest(name(), claim(), Duration.ofMillis(Math.max(1, left)), seen, renewal.fences());
        return engine.renew(raising).handle((answer, failure) -> answer instanceof Renewal.Renewed);
    }

    private boolean endsAs(State end) {
        synchronized (monitor) {
            if (state.isOver()) {
                return false;
            }
            state = end;
        }
        renewals.end();
        deadlines.end();
        engine.giveUp(claim());
        return true;
    }
}
