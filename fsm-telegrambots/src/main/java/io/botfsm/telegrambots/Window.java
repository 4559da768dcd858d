package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The updates that are not confirmed, in the order of their ids: at most the 100 that Telegram gives beyond an offset. An update
 * may begin only when all earlier ones of its conversation are done, whatever became of them in between. Thread-safe.
 */
final class Window {
    /** As many as Telegram gives. */
    static final int LIMIT = 100;

    /** A failing update that keeps a full window from moving on is not waited for any longer. */
    private static final long LONGEST_PAUSE_WHEN_FULL = TimeUnit.SECONDS.toNanos(1);

    /** What may be an outage is tried again no sooner, however many others succeed. */
    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    private final Function<Received, Placement> placements;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final OutageEvidence evidence;
    /** Until when Telegram wants nothing to be sent to a chat. */
    private final Map<Long, Long> limitedChats = new HashMap<>();

    private OptionalLong beyond = OptionalLong.empty();
    private long changes;
    private boolean closed;

    Window(Function<Received, Placement> placements, Duration outagePatience) {
        this.placements = placements;
        this.evidence = new OutageEvidence(outagePatience);
    }

    /** What can be confirmed: all below the first update that is not done. Empty before the first update. */
    synchronized OptionalLong offset() {
        Optional<Entry> first = first();
        return first.isPresent() ? OptionalLong.of(first.get().id()) : beyond;
    }

    private Optional<Entry> first() {
        return entries.values().stream().filter(entry -> !entry.isDone()).findFirst();
    }

    /** Whether Telegram gives no more before this one is done. */
    private boolean holdsUp(Entry entry) {
        return first().filter(first -> first == entry).isPresent()
                && entries.tailMap(entry.id()).size() >= LIMIT;
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
            evidence.clear();
            beyond = OptionalLong.empty();
        }
        int before = entries.size();
        for (Received update : updates) {
            entries.computeIfAbsent(update.id(), id -> new Entry(update, placements.apply(update), now));
            beyond = OptionalLong.of(Math.max(beyond.orElse(0), update.id() + 1));
        }
        return entries.size() > before;
    }

    /** Those to submit now, in order; they are taken for submitted. */
    synchronized List<Entry> due(long now) {
        limitedChats.values().removeIf(until -> until - now <= 0);
        Set<StorageKey> waiting = new HashSet<>();
        List<Entry> due = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.state != Entry.State.WAITING) {
                continue;
            }
            if (due(entry) - now > 0 || entry.key().filter(waiting::contains).isPresent()) {
                entry.key().ifPresent(waiting::add);
            } else {
                entry.state = Entry.State.SUBMITTED;
                due.add(entry);
            }
        }
        return due;
    }

    /** When the next one is due, if one waits; what waits for another of its conversation is not due before that is. */
    synchronized OptionalLong nextDue(long now) {
        Set<StorageKey> waiting = new HashSet<>();
        return entries.values().stream()
                .filter(entry -> entry.state == Entry.State.WAITING)
                .filter(entry ->
                        entry.key().isEmpty() || waiting.add(entry.key().get()))
                .mapToLong(entry -> due(entry) - now)
                .min();
    }

    private long due(Entry entry) {
        Optional<Long> limit = entry.chat().map(limitedChats::get);
        if (limit.isPresent()) {
            return later(limit.get(), entry.due);
        }
        boolean hurries = entry.failures > 0 && entry.limitedSince.isEmpty() && holdsUp(entry);
        return hurries ? earlier(entry.due, entry.failedAt + LONGEST_PAUSE_WHEN_FULL) : entry.due;
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /** Whether it may be handled now. If not, it waits, or its time is over. */
    synchronized boolean begin(Entry entry) {
        if (entries.get(entry.id()) != entry) {
            return false;
        }
        boolean limited = entry.chat().filter(limitedChats::containsKey).isPresent();
        if (closed || limited || isBehindAnother(entry)) {
            entry.state = Entry.State.WAITING;
            changed();
            return false;
        }
        entry.state = Entry.State.RUNNING;
        entry.begun = evidence.moment();
        return true;
    }

    private boolean isBehindAnother(Entry entry) {
        return entries.headMap(entry.id()).values().stream()
                .anyMatch(earlier -> !earlier.isDone() && earlier.isOfSameConversation(entry));
    }

    /** Its handler has succeeded. Conversations that may have met an outage are tried again soon. */
    synchronized void handled(Entry entry, long now) {
        if (entry.key().isPresent()) {
            evidence.succeeded(entry.conversation(), entry.begun);
            entries.values().stream()
                    .filter(other -> other.state == Entry.State.WAITING && other.due - now > 0)
                    .filter(other -> evidence.refutes(entry.begun, other.conversation()))
                    .forEach(other -> other.due = earlier(other.due, later(now, other.failedAt + SHORTEST_PAUSE)));
        }
        entry.handled = true;
        done(entry);
    }

    /** It is given up, or not to be handled. */
    synchronized void done(Entry entry) {
        entry.state = Entry.State.DONE;
        boolean isLast = entries.values().stream()
                .noneMatch(other -> !other.isDone() && other.conversation().equals(entry.conversation()));
        if (isLast) {
            evidence.forget(entry.conversation());
        }
        changed();
    }

    /** To be submitted again. */
    synchronized void again(Entry entry, long due) {
        entry.state = Entry.State.WAITING;
        entry.due = due;
        changed();
    }

    /** To be submitted again after a failure. */
    synchronized void again(Entry entry, long now, Duration pause) {
        entry.failedAt = now;
        again(entry, now + pause.toNanos());
    }

    /**
     * Lets nothing of its chat begin for a while, since Telegram refuses to send there.
     *
     * @return whether it waits for that too; not once such refusals have lasted long, which count as failures then
     */
    synchronized boolean limit(Entry entry, long now, Duration wait) {
        long until = now + wait.toNanos();
        entry.chat().ifPresent(chat -> limitedChats.merge(chat, until, Window::later));
        entry.limitedSince = OptionalLong.of(entry.limitedSince.orElse(now));
        if (now - entry.limitedSince.getAsLong() >= RetryAfter.LONGEST.toNanos()) {
            return false;
        }
        evidence.forget(entry.conversation());
        again(entry, until);
        return true;
    }

    /** A failure that is the conversation's own; returns how many there were. */
    synchronized int failed(Entry entry) {
        evidence.forget(entry.conversation());
        return ++entry.failures;
    }

    /** What a failure that may be an outage means. */
    record Suspicion(boolean isOwn, int times, long suspects) {}

    /** A failure that may be an outage; one that follows another of the same conversation does not count. */
    synchronized Suspicion suspected(Entry entry, long now) {
        if (entries.get(entry.id()) != entry || isBehindAnother(entry)) {
            return new Suspicion(false, 1, evidence.suspects());
        }
        boolean isOwn = evidence.failed(entry.conversation(), holdsUp(entry), handledBehind(entry), now);
        if (isOwn) {
            // The one before it was its own too, as is known now.
            entry.failures += entry.failures == 0 && entry.uncounted > 0 ? 2 : 1;
        } else {
            entry.uncounted++;
        }
        return new Suspicion(isOwn, isOwn ? entry.failures : entry.uncounted, evidence.suspects());
    }

    private int handledBehind(Entry entry) {
        return (int) entries.tailMap(entry.id()).values().stream()
                .filter(other -> other.handled)
                .count();
    }

    synchronized long suspects() {
        return evidence.suspects();
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
