package io.botfsm.telegrambots;

import io.botfsm.lock.Lease;
import io.botfsm.storage.FencedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.Update;

/** Handles one update, and tells the window what became of it. Thread-safe. */
final class Handling {
    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);

    private final Window window;
    private final Lease lease;
    private final UpdateHandler handler;
    private final Consumer<? super Update> others;
    private final Predicate<? super Throwable> outages;
    private final int attempts;
    private final Consumer<? super DeadLetter> deadLetters;
    private final OutageLog outage = new OutageLog();
    private final Backoff outageBackoff;
    private final Backoff backoff;
    private final LongSupplier nanos;

    Handling(PollingSessionBuilder settings, Window window, Lease lease, UpdateHandler handler) {
        this.window = window;
        this.lease = lease;
        this.handler = handler;
        this.others = settings.others;
        this.outages = settings.outages;
        this.attempts = settings.attempts;
        this.deadLetters = settings.deadLetters;
        this.outageBackoff = settings.outageBackoff;
        this.backoff = settings.failureBackoff;
        this.nanos = settings.nanos;
    }

    /** Within the isolation: no other update of the conversation is being handled. */
    void handle(Entry entry) {
        if (!lease.isHeld()) {
            window.again(entry, nanos.getAsLong());
        } else if (window.begin(entry)) {
            run(entry);
        }
    }

    private void run(Entry entry) {
        try {
            if (entry.failure().isPresent()) {
                handOver(entry, entry.failure().get());
                return;
            }
            call(entry, entry.received().update().orElseThrow());
        } catch (Throwable e) { // of whatever kind: only an update that is done may be confirmed
            failed(entry, e);
            return;
        }
        window.handled(entry, nanos.getAsLong());
        if (window.suspects() == 0) {
            outage.over(nanos.getAsLong());
        }
    }

    private void call(Entry entry, Update update) throws Exception {
        if (entry.key().isPresent()) {
            handler.handle(entry.key().get(), update);
        } else {
            others.accept(update);
        }
    }

    /** It was not handled: its handler has failed, or the isolation could not let it begin. */
    void failed(Entry entry, Throwable failure) {
        for (Throwable cause : Causes.of(failure)) {
            if (cause instanceof FencedException fenced) {
                lease.fenced(fenced.highest());
            }
        }
        Optional<Duration> wait = RetryAfter.of(failure);
        if (wait.isPresent() && limited(entry, wait.get(), failure)) {
            return;
        }
        if (FailureKind.of(failure, outages) == FailureKind.OWN) {
            own(entry, window.failed(entry), failure);
        } else {
            ambiguous(entry, failure);
        }
    }

    /** Returns whether it waits for Telegram's time to be over, and the attempt does not count. */
    private boolean limited(Entry entry, Duration wait, Throwable why) {
        boolean waits = window.limit(entry, nanos.getAsLong(), wait);
        LOG.warn(
                "Telegram limits messages: updates of the chat of {} wait for {} s{}: {}",
                entry,
                wait.toSeconds(),
                waits ? ", and the attempt does not count" : "",
                why.toString());
        return waits;
    }

    private void ambiguous(Entry entry, Throwable failure) {
        long now = nanos.getAsLong();
        Window.Suspicion suspicion = window.suspected(entry, now);
        if (suspicion.isOwn()) {
            own(entry, suspicion.times(), failure);
        } else {
            Duration pause = outageBackoff.after(suspicion.times());
            if (!window.isClosed()) { // or it is the end that fails
                outage.suspected(entry, failure, suspicion.suspects(), suspicion.times() == 1, pause, now);
            }
            window.again(entry, now, pause);
        }
    }

    private void own(Entry entry, int failures, Throwable failure) {
        if (failures >= attempts && lease.isHeld()) {
            handOver(entry, failure);
        } else {
            later(entry, failures, failure);
        }
    }

    private void later(Entry entry, int failures, Throwable failure) {
        Duration pause = backoff.after(failures);
        LOG.warn(
                "The handler of {} failed, attempt {} of {}; trying again in {} ms",
                entry,
                failures,
                attempts,
                pause.toMillis(),
                failure);
        window.again(entry, nanos.getAsLong(), pause);
    }

    private void handOver(Entry entry, Throwable failure) {
        try {
            giveUp(entry, failure);
        } catch (Throwable e) {
            e.addSuppressed(failure);
            if (++entry.receiverFailures < attempts) {
                Duration pause = backoff.after(window.failed(entry));
                LOG.error("The receiver of dead letters failed; {} follows in {} ms", entry, pause.toMillis(), e);
                window.again(entry, nanos.getAsLong(), pause);
                return;
            }
            LOG.error("The receiver of dead letters failed {} times; {} is given up without it", attempts, entry, e);
        }
        window.done(entry);
    }

    private void giveUp(Entry entry, Throwable failure) {
        Received received = entry.received();
        boolean interrupted = Thread.interrupted(); // by what the handler did: the receiver's I/O would fail
        try {
            deadLetters.accept(new DeadLetter(
                    entry.id(), received.update(), entry.key(), received.json().toString(), failure));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
