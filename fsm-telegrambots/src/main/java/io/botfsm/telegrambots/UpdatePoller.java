package io.botfsm.telegrambots;

import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Telegram for updates, with one call at a time, and takes them in. Used by the polling thread, and after its end
 * by the thread that drains; only {@link #cancel}, {@link #sinceLastAnswer} and {@link #conflicts} may be called by any
 * thread.
 */
final class UpdatePoller {
    private static final Logger LOG = LoggerFactory.getLogger(UpdatePoller.class.getPackageName());

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    /** Telegram returns only one update if the same offset is requested again within half a second. */
    private static final Duration SAME_OFFSET_PAUSE = Duration.ofMillis(600);

    /** A request that was sent this long ago has arrived. */
    private static final Duration ARRIVAL = Duration.ofMillis(500);

    private final GetUpdatesClient api;
    private final Duration longPollTimeout;
    private final List<String> allowedUpdates;
    private final Backoff backoff;
    private final LongSupplier nanos;
    private final Lease lease;
    private final PendingUpdates updates;
    private final ConflictReporter conflicts;
    private volatile GetUpdatesClient.@Nullable Call pending;
    private volatile long answeredAt;

    private OptionalLong requestedOffset = OptionalLong.empty();
    private long askedAt;
    private boolean wasIdle;
    private OptionalLong confirmed = OptionalLong.empty();
    private int failures;
    private long nextPoll;
    private long nextPollIfAdvanced;
    /**
     * Whether the last long poll returned nothing: if the server does not wait, the next call must not follow at once.
     */
    private boolean wasEmpty;

    UpdatePoller(PollingSession.Builder settings, Lease lease, PendingUpdates updates) {
        this.api = new GetUpdatesClient(settings.server, settings.token);
        this.longPollTimeout = settings.longPollTimeout;
        this.allowedUpdates = settings.allowedUpdates;
        this.backoff = settings.pollBackoff;
        this.nanos = settings.nanos;
        this.lease = lease;
        this.updates = updates;
        this.nextPoll = nanos.getAsLong();
        this.nextPollIfAdvanced = nextPoll;
        this.answeredAt = nextPoll;
        this.conflicts = new ConflictReporter(
                settings.onConflict, nextPoll, settings.longPollTimeout.plus(settings.conflictGrace));
    }

    /**
     * Starts a call if one is due. Returns the time until the next one is due; {@link Long#MAX_VALUE} while a call is
     * pending.
     */
    long poll(long now) {
        if (pending != null) {
            return Long.MAX_VALUE;
        }
        long untilPoll = (hasAdvanced() ? nextPollIfAdvanced : nextPoll) - now;
        if (untilPoll > 0) {
            return untilPoll;
        }
        wasIdle = updates.isIdle();
        OptionalLong offset = updates.offset();
        if (!lease.isHeld()) { // checked last: it may have been lost before the last update below the offset was done
            return 0;
        }
        // While updates are unconfirmed, Telegram responds at once; without a wait, it does so even if it has no
        // updates.
        GetUpdatesClient.Call call = ask(offset, PendingUpdates.LIMIT, wasIdle ? longPollTimeout : Duration.ZERO);
        pending = call;
        call.whenDone(updates::changed);
        if (updates.isClosed()) {
            call.cancel();
        }
        return Long.MAX_VALUE;
    }

    private boolean hasAdvanced() {
        return failures == 0
                && !wasEmpty
                && (updates.isIdle() || !updates.offset().equals(requestedOffset));
    }

    private GetUpdatesClient.Call ask(OptionalLong offset, int limit, Duration wait) {
        requestedOffset = offset;
        askedAt = nanos.getAsLong();
        return api.getUpdates(offset, limit, wait, allowedUpdates);
    }

    /** Ends a call that is pending. */
    void cancel() {
        GetUpdatesClient.Call call = pending;
        if (call != null) {
            call.cancel();
        }
    }

    /**
     * Takes in the result of the pending call, if it is done.
     *
     * @throws PollingRefusedException if Telegram permanently refuses to return updates
     */
    void takeAnswer() throws InterruptedException {
        GetUpdatesClient.Call call = pending;
        if (call == null || !call.isDone()) {
            return;
        }
        pending = null;
        GetUpdatesResult result = call.await();
        if (updates.isClosed() || !lease.isHeld()) {
            return; // what has arrived is redelivered to the instance that is active then
        }
        if (result instanceof GetUpdatesResult.Updates answer) {
            wasEmpty = wasIdle && answer.updates().isEmpty();
            admit(answer.updates());
            nextPoll = askedAt + SAME_OFFSET_PAUSE.toNanos();
            nextPollIfAdvanced = askedAt + SHORTEST_PAUSE.toNanos();
        } else if (result instanceof GetUpdatesResult.Refused refused) {
            pause(refused(refused));
        } else if (result instanceof GetUpdatesResult.Broken broken) {
            failures++;
            Duration pause = backoff.after(failures);
            LOG.warn(
                    "getUpdates from {} failed; trying again in {} ms: {}",
                    api.server(),
                    pause.toMillis(),
                    broken.why());
            pause(pause);
        }
    }

    private void admit(List<ReceivedUpdate> received) {
        if (failures > 0) {
            LOG.info("getUpdates succeeds again");
        }
        failures = 0;
        conflicts.over();
        confirmed = requestedOffset;
        answeredAt = nanos.getAsLong();
        updates.admit(requestedOffset, received, answeredAt);
    }

    /** The time since Telegram last returned updates, or an empty list; before that, since this object was created. */
    Duration sinceLastAnswer() {
        return Duration.ofNanos(nanos.getAsLong() - answeredAt);
    }

    /** How many 409s there were. */
    long conflicts() {
        return conflicts.total();
    }

    private Duration refused(GetUpdatesResult.Refused refusal) {
        failures++;
        Duration pause = backoff.after(failures);
        switch (refusal.code()) {
            case 409 -> conflicts.conflict(refusal.description(), pause, nanos.getAsLong());
            case 400, 401, 403, 404 -> throw new PollingRefusedException(refusal.code(), refusal.description());
            default -> {
                pause = refusal.retryAfter().orElse(pause);
                LOG.warn(
                        "Telegram refused getUpdates: {} {}; trying again in {} ms",
                        refusal.code(),
                        refusal.description(),
                        pause.toMillis());
            }
        }
        return pause;
    }

    private void pause(Duration pause) {
        nextPoll = nanos.getAsLong() + pause.toNanos();
    }

    /** Confirms updates that are done; called when no call is pending any more. */
    void confirm() throws InterruptedException {
        OptionalLong offset = updates.offset();
        if (offset.isEmpty() || offset.equals(confirmed) || !lease.isHeld()) {
            return;
        }
        if (offset.equals(requestedOffset)) {
            confirmAgain(offset);
        } else if (!(ask(offset, 1, Duration.ZERO).await() instanceof GetUpdatesResult.Updates)) {
            LOG.warn("Updates that were handled could not be confirmed and will be redelivered");
        }
    }

    /**
     * Sends the offset again if the cancelled call may not have arrived. Telegram delays the response for seconds if
     * the same offset is requested again at once, so this waits only until the request has arrived.
     */
    private void confirmAgain(OptionalLong offset) throws InterruptedException {
        if (nanos.getAsLong() - askedAt < ARRIVAL.toNanos()) {
            var unused = ask(offset, 1, Duration.ZERO).await(ARRIVAL);
        }
    }
}
