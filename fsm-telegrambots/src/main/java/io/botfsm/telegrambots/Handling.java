package io.botfsm.telegrambots;

import io.botfsm.FencedException;
import io.botfsm.lock.Lease;
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
    private final Outage outage;
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
        this.outage = new Outage(settings.outageBackoff);
        this.backoff = settings.failureBackoff;
        this.nanos = settings.nanos;
    }

    /** Within the isolation: no other update of the conversation is being handled. */
    void handle(Entry entry) {
        if (outage.isOn(nanos.getAsLong())) {
            window.again(entry, outage.until());
        } else if (!lease.isHeld()) {
            window.again(entry, nanos.getAsLong());
        } else if (window.begin(entry)) {
            run(entry);
        }
    }

    private void run(Entry entry) {
        try {
            if (entry.received().unreadable().isPresent()) {
                giveUp(entry, entry.received().unreadable().get());
            } else {
                call(entry, entry.received().update().orElseThrow());
                outage.over();
            }
            window.done(entry);
        } catch (Throwable e) { // of whatever kind: only an update that is done may be confirmed
            failed(entry, e);
        }
    }

    private void call(Entry entry, Update update) throws Exception {
        if (entry.key().isPresent()) {
            handler.handle(entry.key().get(), update);
        } else {
            others.accept(update);
        }
    }

    private void failed(Entry entry, Throwable failure) {
        if (failure instanceof FencedException fenced) {
            lease.fenced(fenced.highest());
        }
        if (outages.test(failure)) {
            notBegun(entry, failure);
            return;
        }
        int failures = window.failed(entry);
        if (failures >= attempts && lease.isHeld()) {
            handOver(entry, failure);
        } else {
            later(entry, failures, failure);
        }
    }

    /** The storage or the isolation is away. */
    void notBegun(Entry entry, Throwable failure) {
        window.again(entry, outage.failed(entry, failure, nanos.getAsLong()));
    }

    private void later(Entry entry, int failures, Throwable failure) {
        long pause = backoff.after(failures).toNanos();
        LOG.warn(
                "The handler of {} failed, attempt {} of {}; again in {} ms",
                entry,
                failures,
                attempts,
                pause / 1_000_000,
                failure);
        window.again(entry, nanos.getAsLong() + pause);
    }

    private void handOver(Entry entry, Throwable failure) {
        try {
            giveUp(entry, failure);
            window.done(entry);
        } catch (Throwable e) {
            e.addSuppressed(failure);
            later(entry, window.failed(entry), e);
        }
    }

    private void giveUp(Entry entry, Throwable failure) {
        Received received = entry.received();
        deadLetters.accept(new DeadLetter(
                entry.id(), received.update(), entry.key(), received.json().toString(), failure));
    }
}
