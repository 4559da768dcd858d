package io.botfsm.telegrambots;

import io.botfsm.StorageKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * The updates that are not confirmed, in the order of their ids: at most the 100 that Telegram gives beyond an offset. An update
 * may begin only when all earlier ones of its conversation are done, whatever became of them in between. Thread-safe.
 */
final class Window {
    private final Function<Update, Optional<StorageKey>> keys;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private OptionalLong beyond = OptionalLong.empty();
    private long changes;
    private boolean closed;

    Window(Function<Update, Optional<StorageKey>> keys) {
        this.keys = keys;
    }

    /** What can be confirmed: all below the first update that is not done. Empty before the first update. */
    synchronized OptionalLong offset() {
        for (Entry entry : entries.values()) {
            if (!entry.isDone()) {
                return OptionalLong.of(entry.id());
            }
        }
        return beyond;
    }

    /**
     * Takes in an answer.
     *
     * @param asked the offset that was asked for, and is confirmed thereby
     * @return whether there was something new
     */
    synchronized boolean admit(OptionalLong asked, List<Received> updates, long now) {
        asked.ifPresent(offset -> entries.headMap(offset).clear());
        if (updates.stream().anyMatch(update -> asked.isPresent() && update.id() < asked.getAsLong())) {
            // Telegram has begun at a random id, as it may after a week without updates: none of the former is left
            // there.
            entries.clear();
            beyond = OptionalLong.empty();
        }
        int before = entries.size();
        for (Received update : updates) {
            entries.computeIfAbsent(
                    update.id(), id -> new Entry(update, update.update().flatMap(keys), now));
            beyond = OptionalLong.of(Math.max(beyond.orElse(0), update.id() + 1));
        }
        return entries.size() > before;
    }

    /** Those to submit now, in order; they are taken for submitted. */
    synchronized List<Entry> due(long now) {
        Set<StorageKey> waiting = new HashSet<>();
        List<Entry> due = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.state != Entry.State.WAITING) {
                continue;
            }
            if (entry.due - now > 0 || entry.key().filter(waiting::contains).isPresent()) {
                entry.key().ifPresent(waiting::add);
            } else {
                entry.state = Entry.State.SUBMITTED;
                due.add(entry);
            }
        }
        return due;
    }

    /** When the next one is due, if one waits. */
    synchronized OptionalLong nextDue(long now) {
        return entries.values().stream()
                .filter(entry -> entry.state == Entry.State.WAITING)
                .mapToLong(entry -> entry.due - now)
                .min();
    }

    /** Whether it may be handled now. If not, it waits, or its time is over. */
    synchronized boolean begin(Entry entry) {
        if (entries.get(entry.id()) != entry) {
            return false;
        }
        Predicate<Entry> inTheWay = earlier -> !earlier.isDone() && earlier.isOfSameConversation(entry);
        if (closed || entries.headMap(entry.id()).values().stream().anyMatch(inTheWay)) {
            entry.state = Entry.State.WAITING;
            changed();
            return false;
        }
        entry.state = Entry.State.RUNNING;
        return true;
    }

    synchronized void done(Entry entry) {
        entry.state = Entry.State.DONE;
        changed();
    }

    /** To be submitted again. */
    synchronized void again(Entry entry, long due) {
        entry.state = Entry.State.WAITING;
        entry.due = due;
        changed();
    }

    synchronized int failed(Entry entry) {
        return ++entry.failures;
    }

    /** Whether all that came is done. */
    synchronized boolean isIdle() {
        return entries.values().stream().allMatch(Entry::isDone);
    }

    private void changed() {
        changes++;
        notifyAll();
    }

    /** How often something has changed, for {@link #awaitChange}. */
    synchronized long changes() {
        return changes;
    }

    /** Waits for a change since then. */
    synchronized void awaitChange(long since, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; changes == since && !closed && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Nothing begins any more. */
    synchronized void close() {
        closed = true;
        changed();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Waits until nothing runs; returns whether that came within the time. */
    synchronized boolean awaitQuiet(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; isRunning(); left = end - System.nanoTime()) {
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
        }
        return true;
    }

    private boolean isRunning() {
        return entries.values().stream().anyMatch(entry -> entry.state == Entry.State.RUNNING);
    }
}
