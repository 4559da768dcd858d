package io.botfsm.isolation;

import io.botfsm.internal.text.Text;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseGeneration;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation's lease, under which handlers run one after another, limited in number and time so that other
 * processes get the conversation too. Thread-safe.
 */
final class LeasePermit implements ConversationPermit {
    private static final Logger LOGGER = LoggerFactory.getLogger(LeasePermit.class.getPackageName());

    /** The number of handlers in a row after which the lease is given back, so that other processes get it. */
    static final int MOST_HANDLERS = 8;

    /**
     * Long enough for another process to be notified of the release, and to ask for the lease, before this one does.
     */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final LeaseEngine engine;
    private final LeaseGeneration lease;
    private final long end;
    private final Object monitor = new Object();
    private @Nullable HandlerLease handler;
    private int handlers;
    private boolean lost;
    private long highestSeen;

    private LeasePermit(LeaseEngine engine, LeaseGeneration lease) {
        this.engine = engine;
        this.lease = lease;
        this.end =
                engine.clock().nanoTime() + engine.timings().ttl().dividedBy(3).toNanos(); // others may be waiting
    }

    static ConversationPermit begin(LeaseEngine engine, LeaseGeneration lease) {
        LeasePermit permit = new LeasePermit(engine, lease);
        lease.start(permit::lost);
        return permit;
    }

    @Override
    public boolean isHeld() {
        return lease.isHeld();
    }

    @Override
    public OptionalLong fencingToken() {
        return OptionalLong.of(lease.fencingToken());
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

    private void lost(LossReason reason) {
        HandlerLease current;
        synchronized (monitor) {
            lost = true;
            current = handler;
        }
        if (current != null) {
            current.lose();
        }
        LOGGER.warn("The lease \"{}\" was lost while a handler was running: {}", Text.printable(lease.name()), reason);
    }

    @Override
    public void fenced(long seen) {
        if (seen <= lease.fencingToken()) {
            return;
        }
        if (!engine.learn(seen, lease.fencingToken())) {
            LOGGER.error(
                    "A write under the lease \"{}\" was refused because of the fencing token {}, which no lease can have"
                            + " had. The conversation refuses all writes under a lease until an operator removes its"
                            + " fence",
                    Text.printable(lease.name()),
                    seen);
            return;
        }
        synchronized (monitor) {
            highestSeen = Math.max(highestSeen, seen);
        }
    }

    /** Returns the highest token because of which its own was refused; 0 if none. */
    private long highestSeen() {
        synchronized (monitor) {
            return highestSeen;
        }
    }

    @Override
    public boolean mayServeAnother() {
        return !isLongEnough() && highestSeen() == 0 && isHeld();
    }

    private boolean isLongEnough() {
        synchronized (monitor) {
            return handlers >= MOST_HANDLERS || engine.clock().nanoTime() - end >= 0;
        }
    }

    @Override
    public Duration pause() {
        return isLongEnough() ? PAUSE.plusNanos(ThreadLocalRandom.current().nextLong(PAUSE.toNanos())) : Duration.ZERO;
    }

    @Override
    public CompletionStage<?> release() {
        boolean ended = lease.end();
        long seen = highestSeen();
        CompletionStage<Boolean> fenceRaised =
                seen == 0 ? CompletableFuture.completedStage(true) : lease.raiseFence(seen);
        return fenceRaised.thenCompose(raised -> lease.release()).thenAccept(confirmed -> {
            if (confirmed) {
                engine.forget(lease.claim());
            } else if (ended) {
                LOGGER.warn(
                        "The store did not confirm the release of the lease \"{}\": other processes may have to wait"
                                + " until it expires, at most {}",
                        Text.printable(lease.name()),
                        engine.timings().ttl());
            }
        });
    }
}
