package io.botfsm.telegrambots;

import io.botfsm.internal.text.Text;
import io.botfsm.lock.Lease;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an inbox in step with the updates in memory: stores those that take long, removes those that are done, and
 * finds those that operators replay. All calls of the inbox are made one after another, so that the meaning of each
 * response is certain; once the inbox is {@linkplain #open open}, they are made on a separate thread. While the inbox
 * fails, updates stay unconfirmed instead.
 */
final class InboxSync {
    private static final Logger LOG = LoggerFactory.getLogger(InboxSync.class.getPackageName());

    private static final Duration NOT_HELD_PAUSE = Duration.ofMillis(100);
    /** Changes within this time are combined into one call. */
    private static final Duration LINGER = Duration.ofMillis(10);

    private static final long READ_INTERVAL = TimeUnit.SECONDS.toNanos(3);
    /**
     * In a failover, an inbox may lose its latest entries; later ones may then have positions that were already read.
     */
    private static final long FULL_READ_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private static final long FULL_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final long botId;
    private final UpdateInbox inbox;
    private final InboxLimits limits;
    private final Lease lease;
    private final OptionalLong token;
    private final PendingUpdates updates;
    private final LongSupplier nanos;
    private final Backoff backoff;
    private final Consumer<? super Throwable> onFailure;
    private final Thread thread = new Thread(this::run, "botfsm-telegram-inbox");

    private boolean open;
    /** The last position that was read, 0 to read all again. */
    private long known;

    private long nextRead;
    private long nextFullRead;
    private long nextStore;
    private boolean full;
    private int failures;

    /** @param onFailure called on the inbox's thread if a failure ends the thread early */
    InboxSync(
            PollingSession.Builder settings,
            UpdateInbox inbox,
            InboxLimits limits,
            Lease lease,
            PendingUpdates updates,
            Consumer<? super Throwable> onFailure) {
        this.botId = settings.token.botId();
        this.inbox = inbox;
        this.limits = limits;
        this.lease = lease;
        this.token = OptionalLong.of(lease.fencingToken());
        this.updates = updates;
        this.nanos = settings.nanos;
        this.backoff = settings.outageBackoff;
        this.onFailure = onFailure;
        this.nextStore = nanos.getAsLong();
        this.nextRead = nextStore + READ_INTERVAL;
        this.nextFullRead = nextStore + FULL_READ_INTERVAL;
        thread.setDaemon(true);
    }

    /** Whether all updates that were waiting have been read. */
    boolean isOpen() {
        return open;
    }

    /** Tries to read all waiting updates; updates that Telegram returns follow them. Pauses after a failure. */
    void open() throws InterruptedException {
        if (!lease.isHeld()) {
            updates.awaitClosed(NOT_HELD_PAUSE.toNanos());
        } else if (succeeds(this::readAll)) {
            open = true;
            thread.start();
        } else {
            updates.awaitClosed(backoff.after(failures).toNanos());
        }
    }

    void readAll() {
        inbox.remove(botId, List.of(), token); // with the token: no former instance stores anything from now on
        read(); // updates that are too old by now are given up when they are handed over
    }

    private void run() {
        try {
            while (!updates.isClosed()) {
                step();
            }
            var unused = Thread.interrupted(); // clears an interrupt; this thread is never stopped by one
            if (updates.awaitQuiet(TimeUnit.DAYS.toNanos(1)) && lease.isHeld()) {
                var ignored = succeeds(this::settle);
            }
        } catch (Throwable e) {
            onFailure.accept(e);
        }
    }

    private void step() {
        long changes = updates.changes();
        try {
            if (!lease.isHeld()) {
                updates.awaitClosed(NOT_HELD_PAUSE.toNanos());
            } else if (succeeds(this::bringUpToDate)) {
                updates.awaitChange(changes, untilNext());
                updates.awaitClosed(LINGER.toNanos());
            } else {
                updates.awaitClosed(backoff.after(failures).toNanos());
            }
        } catch (InterruptedException e) { // left by a decorator of the storage or by the key function
            LOG.debug("The inbox was interrupted, and continues", e);
        }
    }

    private boolean succeeds(Runnable calls) {
        try {
            calls.run();
            if (failures > 0) {
                LOG.info("The inbox works again");
            }
            failures = 0;
            return true;
        } catch (Throwable e) { // of whatever kind: what is not stored stays unconfirmed
            if (e instanceof InboxFencedException fenced) {
                lease.fenced(fenced.highest());
            }
            failures++;
            known = 0;
            if (lease.isHeld()) { // otherwise, the shutdown is the cause
                LOG.warn(
                        "The inbox failed; trying again. Updates that it cannot store stay unconfirmed: {}",
                        Text.oneLine(e.toString()));
            }
            return false;
        }
    }

    void bringUpToDate() {
        settle();
        long now = nanos.getAsLong();
        if (now - nextStore >= 0) {
            store(now);
        }
        if (now - nextRead >= 0) {
            if (now - nextFullRead >= 0) {
                known = 0;
                nextFullRead = now + FULL_READ_INTERVAL;
            }
            read();
            updates.expire(now);
            nextRead = now + READ_INTERVAL;
        }
    }

    private long untilNext() {
        long now = nanos.getAsLong();
        OptionalLong store = updates.nextToStore(now);
        long untilRead = nextRead - now;
        return store.isPresent() ? Math.min(untilRead, Math.max(store.getAsLong(), nextStore - now)) : untilRead;
    }

    /** Keeps dead letters, and removes updates that are done. */
    private void settle() {
        for (Optional<PendingUpdate> dead = updates.toBury(); dead.isPresent(); dead = updates.toBury()) {
            PendingUpdate update = dead.get();
            bury(update, update.burialReason.orElseThrow());
            updates.buried(update);
            nextStore = nanos.getAsLong();
        }
        for (List<PendingUpdate> done = updates.toRemove(); !done.isEmpty(); done = updates.toRemove()) {
            inbox.remove(botId, inInbox(done), token);
            updates.removed(done);
            nextStore = nanos.getAsLong();
        }
    }

    /** An update that was stored and is no longer waiting was erased, so it is not kept as a dead letter. */
    private void bury(PendingUpdate update, String reason) {
        if (update.isStored()) {
            inbox.buryWaiting(botId, inInbox(update), reason, limits, token);
        } else {
            inbox.bury(botId, inInbox(update), reason, limits, token);
        }
    }

    private void store(long now) {
        List<PendingUpdate> due = updates.toStore(now);
        List<PendingUpdate> batch = due.stream()
                .takeWhile(update -> inInbox(update).size() <= limits.bytes())
                .toList();
        while (!batch.isEmpty()) {
            updates.storing(batch);
            if (inbox.add(botId, inInbox(batch), limits, token)) {
                updates.stored(batch, now);
                break;
            }
            batch = batch.subList(0, batch.size() / 2);
        }
        report(!due.isEmpty() && batch.isEmpty());
        nextStore = full ? now + FULL_PAUSE : now;
    }

    private void report(boolean isFull) {
        if (isFull && !full) {
            LOG.warn(
                    "The inbox has reached its limits, {}: further updates stay with Telegram until it has room",
                    limits);
        } else if (full && !isFull) {
            LOG.info("The inbox has room again");
        }
        full = isFull;
    }

    private List<InboxUpdate> inInbox(List<PendingUpdate> batch) {
        return batch.stream().map(this::inInbox).toList();
    }

    /** An inbox takes only keys of its own bot. */
    private InboxUpdate inInbox(PendingUpdate update) {
        InboxUpdate inInbox = update.inInbox.orElseGet(() -> InboxUpdate.of(
                Long.toString(update.id()),
                update.key().filter(key -> key.bot().equals(Long.toString(botId))),
                update.received().content()));
        update.inInbox = Optional.of(inInbox);
        return inInbox;
    }

    private void read() {
        List<WaitingUpdate> page;
        do {
            page = inbox.waiting(botId, known, UpdateInbox.MAX_UPDATES);
            updates.restore(page, Instant.now(), nanos.getAsLong());
            known = page.isEmpty() ? known : page.get(page.size() - 1).position();
        } while (page.size() == UpdateInbox.MAX_UPDATES);
    }

    /** Waits until the last call has ended, after the updates were closed; returns whether it ended in time. */
    boolean awaitEnd(long nanoseconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, nanoseconds);
        return !thread.isAlive();
    }
}
