package io.botfsm.telegrambots;

import io.botfsm.Fsm;
import io.botfsm.internal.text.Text;
import io.botfsm.isolation.HandlerRejectedException;
import io.botfsm.lock.Lease;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.telegram.telegrambots.meta.api.objects.Update;

/** Handles updates, one at a time for each conversation, and records the results. Thread-safe. */
final class UpdateProcessor {
    static final Logger LOG = LoggerFactory.getLogger(UpdateProcessor.class.getPackageName());

    private final PendingUpdates updates;
    private final Lease lease;
    private final Fsm fsm;
    private final UpdateHandler handler;
    private final ChatMigrations migrations;
    private final int attempts;
    private final OutageLog outage = new OutageLog();
    private final Backoff outageBackoff;
    private final Backoff backoff;
    private final LongSupplier nanos;

    /** @param fsm fenced by the lease's token, unless the session is unfenced */
    UpdateProcessor(
            PollingSession.Builder settings, PendingUpdates updates, Lease lease, Fsm fsm, UpdateHandler handler) {
        this.updates = updates;
        this.lease = lease;
        this.fsm = fsm;
        this.handler = handler;
        this.migrations = ChatMigrations.of(settings.token.botId(), fsm, lease, settings.movesChats);
        this.attempts = settings.attempts;
        this.outageBackoff = settings.outageBackoff;
        this.backoff = settings.failureBackoff;
        this.nanos = settings.nanos;
    }

    void process(PendingUpdate update) {
        if (updates.begin(update, lease.isHeld(), nanos.getAsLong())) {
            run(update);
        }
    }

    private void run(PendingUpdate update) {
        try {
            if (update.failure().isPresent()) {
                giveUp(update, update.failure().get());
                return;
            }
            call(update, update.received().update().orElseThrow());
            updates.handled(update, nanos.getAsLong());
        } catch (Throwable e) { // of whatever kind: only an update that is done may be confirmed
            failed(update, e);
            return;
        }
        if (updates.suspects() == 0) {
            outage.over(nanos.getAsLong());
        }
    }

    private void call(PendingUpdate pending, Update update) throws Exception {
        Optional<StorageKey> key = migrations.follow(pending);
        if (key.isPresent()) {
            handler.handle(fsm, key.get(), update);
        } else {
            handler.handleWithoutConversation(update);
        }
    }

    /** Called if the executor has rejected the update. That is not a failure of the update, so it never counts. */
    void rejected(PendingUpdate update, Throwable why) {
        if (!updates.takeBack(update)) { // the executor runs what it rejects
            LOG.debug("The executor rejected {} after it had run it: {}", update, Text.oneLine(why.toString()));
            return;
        }
        Duration pause = outageBackoff.after(++update.rejections);
        updates.retryIn(update, nanos.getAsLong(), pause);
        LOG.warn(
                "The executor rejected {}; trying again in {} ms: {}",
                update,
                pause.toMillis(),
                Text.oneLine(why.toString()));
    }

    /** Called if the isolation has failed for the update, usually before its handler has begun. */
    void notBegun(PendingUpdate update, Throwable why) {
        Optional<HandlerRejectedException> refusal = HandlerFailure.of(why).rejected();
        if (refusal.isPresent()) {
            rejected(update, refusal.get());
        } else if (updates.takeBack(update)) {
            failed(update, why);
        } else {
            LOG.debug(
                    "The isolation failed for {} after its handler had begun: {}",
                    update,
                    Text.oneLine(why.toString()));
        }
    }

    private void failed(PendingUpdate update, Throwable thrown) {
        try {
            judge(update, thrown);
        } catch (Throwable e) { // thrown by the application's isOutage, or by a log appender
            Duration pause = outageBackoff.after(1);
            updates.retryIn(update, nanos.getAsLong(), pause); // first: otherwise, its conversation would stay blocked
            LOG.error("The failure of {} could not be classified; trying again in {} ms", update, pause.toMillis(), e);
        }
    }

    private void judge(PendingUpdate update, Throwable thrown) {
        HandlerFailure failure = HandlerFailure.of(thrown);
        failure.fenced().ifPresent(fenced -> lease.fenced(fenced.highest()));
        // The lease stays held if no lease can have had the token: then only this conversation refuses the write.
        boolean implausible = failure.fenced().isPresent() && lease.isHeld();
        Optional<Duration> wait = failure.retryAfter();
        if (wait.isPresent() && limited(update, wait.get(), failure, thrown)) {
            return;
        }
        if (implausible || failure.isOwnPace() || failure.isOwn(handler::isOutage)) {
            handleOwn(update, updates.failed(update), thrown);
        } else {
            handleAmbiguous(update, thrown);
        }
    }

    /** Returns whether the update waits for this time without counting the attempt. */
    private boolean limited(PendingUpdate update, Duration wait, HandlerFailure failure, Throwable why) {
        // A busy chat may reach its rate limit for a long time. But if messages are sent before the limit is reached,
        // each attempt sends them again, so such attempts must count.
        boolean mayLast = failure.isOwnPace() && failure.isBeforeTurn();
        boolean waits = updates.limit(update, nanos.getAsLong(), wait, mayLast);
        LOG.atLevel(mayLast ? Level.DEBUG : Level.WARN)
                .log(
                        "Sending is limited: updates of the chat of {} wait for {} s{}: {}",
                        update,
                        wait.toSeconds(),
                        waits ? ", and the attempt does not count" : "",
                        Text.oneLine(why.toString()));
        return waits;
    }

    private void handleAmbiguous(PendingUpdate update, Throwable failure) {
        long now = nanos.getAsLong();
        PendingUpdates.Suspicion suspicion = updates.suspected(update, now);
        if (suspicion.isOwn()) {
            handleOwn(update, suspicion.times(), failure);
        } else {
            Duration pause = outageBackoff.after(suspicion.times());
            if (!updates.isClosed()) { // otherwise, the shutdown is the cause
                outage.suspected(update, failure, suspicion.suspects(), suspicion.times() == 1, pause, now);
            }
            updates.retryIn(update, now, pause);
        }
    }

    private void handleOwn(PendingUpdate update, int failures, Throwable failure) {
        if (failures >= attempts && lease.isHeld()) {
            giveUp(update, failure);
        } else {
            retryLater(update, failures, failure);
        }
    }

    private void retryLater(PendingUpdate update, int failures, Throwable failure) {
        Duration pause = backoff.after(failures);
        LOG.warn(
                "The handler of {} failed, attempt {} of {}; trying again in {} ms",
                update,
                failures,
                attempts,
                pause.toMillis(),
                failure);
        updates.retryIn(update, nanos.getAsLong(), pause);
    }

    private void giveUp(PendingUpdate update, Throwable failure) {
        try {
            toReceiver(update, failure);
        } catch (Throwable e) {
            if (e != failure) { // a receiver may throw what it is given
                e.addSuppressed(failure);
            }
            if (++update.receiverFailures < attempts) {
                Duration pause = backoff.after(updates.failed(update));
                LOG.error("onDeadLetter(…) failed; {} is retried in {} ms", update, pause.toMillis(), e);
                updates.retryIn(update, nanos.getAsLong(), pause);
                return;
            }
            LOG.error("onDeadLetter(…) failed {} times; {} is given up and confirmed", attempts, update, e);
        }
        updates.givenUp(update, HandlerFailure.of(failure).summary());
    }

    private void toReceiver(PendingUpdate update, Throwable failure) throws Exception {
        ReceivedUpdate received = update.received();
        boolean interrupted = Thread.interrupted(); // left by the handler: the receiver's I/O would fail
        try {
            handler.onDeadLetter(new DeadLetter(
                    update.id(),
                    received.update(),
                    update.key(),
                    received.json().toString(),
                    failure));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
