package io.botfsm.isolation;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.Renewal;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation's lease, from the store's grant to its end: renewed until it is released or lost. Thread-safe.
 *
 * <p>One timer at a time: for the next renewal, the end of the one under way, or the deadline, whichever is first.
 */
final class LeasePermit implements ConversationPermit {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventIsolation.class);

    /** After so many handlers in a row the lease is given back, so that others get it. */
    static final int MOST_HANDLERS = 8;

    /** Long enough for another process to be told of the release, and to ask, before this one does. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Leases leases;
    private final LeaseRequest renewal;
    private final long fence;
    private final long granted;
    private final Consumer<Claim> unconfirmed;

    private final Object monitor = new Object();
    private volatile long deadline;
    private volatile long confirmedNanos;
    private volatile long confirmedMillis;
    private volatile boolean over;
    private @Nullable HandlerLease handler;
    private int handlers;
    private boolean lost;

    private long nextRenewal;
    private int attempts;
    private boolean attemptPending;
    private long attemptEnd;
    private IsolationThreads.@Nullable Timer timer;

    /**
     * A lease.
     *
     * @param asked the request that was granted
     * @param begunNanos the clock before it was sent
     * @param begunMillis the time of day then
     * @param unconfirmed gets the claim if the store does not confirm at the end that it was given back
     */
    LeasePermit(
            Leases leases,
            LeaseRequest asked,
            long fence,
            long begunNanos,
            long begunMillis,
            Consumer<Claim> unconfirmed) {
        this.unconfirmed = unconfirmed;
        this.leases = leases;
        this.renewal = asked.withFloor(fence);
        this.fence = fence;
        this.granted = begunNanos;
        this.deadline = leases.times().deadline(begunNanos);
        this.confirmedNanos = begunNanos;
        this.confirmedMillis = begunMillis;
        this.nextRenewal = leases.times().nextRenewal(begunNanos);
    }

    void start() {
        synchronized (monitor) {
            schedule();
        }
    }

    @Override
    public boolean isHeld() {
        long now = leases.now();
        return !over
                && deadline - now > 0
                && !leases.times()
                        .suspended(now - confirmedNanos, leases.clock().wallMillis() - confirmedMillis);
    }

    @Override
    public OptionalLong fencingToken() {
        return OptionalLong.of(fence);
    }

    @Override
    public void serve(HandlerLease next) {
        boolean late;
        synchronized (monitor) {
            handler = next;
            handlers++;
            late = lost;
        }
        if (late) {
            next.lose();
        }
    }

    @Override
    public boolean mayServeAnother() {
        return !isLongEnough() && isHeld();
    }

    private boolean isLongEnough() {
        synchronized (monitor) {
            return handlers >= MOST_HANDLERS
                    || leases.now() - granted >= leases.times().longestTenure().toNanos();
        }
    }

    @Override
    public Duration pause() {
        return isLongEnough() ? PAUSE.plusNanos(ThreadLocalRandom.current().nextLong(PAUSE.toNanos())) : Duration.ZERO;
    }

    @Override
    public CompletionStage<?> release() {
        boolean lostBefore;
        synchronized (monitor) {
            lostBefore = lost;
            end();
        }
        return Release.of(
                        leases, renewal.name(), renewal.claim()) // also if it was lost: the store may not know that yet
                .thenAccept(confirmed -> {
                    if (!confirmed) {
                        unconfirmed(lostBefore);
                    }
                });
    }

    private void unconfirmed(boolean lostBefore) {
        unconfirmed.accept(renewal.claim());
        if (!lostBefore) {
            LOGGER.warn(
                    "The store did not confirm that the lease \"{}\" was given back: other processes may have to wait until it"
                            + " expires, {} at most",
                    renewal.name(),
                    renewal.ttl());
        }
    }

    private void end() {
        over = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void schedule() {
        if (timer != null) {
            timer.cancel();
        }
        long next = attemptPending ? attemptEnd : nextRenewal;
        timer = leases.at(next - deadline < 0 ? next : deadline, this::look);
    }

    private void look() {
        long now = leases.now();
        long millis = leases.clock().wallMillis();
        int attempt = 0;
        boolean late;
        synchronized (monitor) {
            if (over) {
                return;
            }
            late = now - deadline >= 0;
            if (!late) {
                if (attemptPending && now - attemptEnd >= 0) {
                    failed(now);
                }
                if (!attemptPending && now - nextRenewal >= 0) {
                    attemptPending = true;
                    attempt = ++attempts;
                    attemptEnd = now + leases.times().requestTimeout().toNanos();
                }
                schedule();
            }
        }
        if (late) {
            lose("could not be renewed in time");
        } else if (attempt > 0) {
            ask(attempt, now, millis);
        }
    }

    private void failed(long now) {
        attemptPending = false;
        nextRenewal = now + leases.times().retryPause().toNanos();
    }

    private void ask(int attempt, long begunNanos, long begunMillis) {
        var unused = leases.renew(renewal)
                .whenComplete((answer, failure) -> answered(attempt, begunNanos, begunMillis, answer));
    }

    private void answered(int attempt, long begunNanos, long begunMillis, @Nullable Renewal answer) {
        if (answer instanceof Renewal.NotYours other) {
            lose(other.found().claim().isPresent() ? "another has it" : "the store does not know it");
            return;
        }
        long now = leases.now();
        boolean late;
        synchronized (monitor) {
            if (over) {
                return;
            }
            late = now - deadline >= 0;
            if (!late) {
                if (answer != null) {
                    confirm(begunNanos, begunMillis);
                } else if (attempt == attempts && attemptPending) {
                    failed(now);
                }
                if (answer != null && attempt == attempts) {
                    attemptPending = false;
                    nextRenewal = leases.times().nextRenewal(begunNanos);
                }
                schedule();
            }
        }
        if (late) { // what the store says now comes too late to be relied on
            lose("could not be renewed in time");
        }
    }

    private void confirm(long begunNanos, long begunMillis) {
        long later = leases.times().deadline(begunNanos);
        if (later - deadline >= 0) {
            deadline = later;
            confirmedNanos = begunNanos;
            confirmedMillis = begunMillis;
        }
    }

    private void lose(String why) {
        HandlerLease told;
        synchronized (monitor) {
            if (over) {
                return;
            }
            end();
            lost = true;
            told = handler;
        }
        LOGGER.warn("The lease \"{}\" is lost while a handler runs: {}", renewal.name(), why);
        if (told != null) {
            told.lose();
        }
    }
}
