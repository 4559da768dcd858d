package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * The ids of the events that a conversation applied recently, so that a redelivered one is recognised (spec rule 14).
 *
 * <p>It remembers the 256 ids up to the highest applied, and likewise for one other run of ids, the one written last: a
 * messenger may go on at a random, possibly lower id after a quiet time. A run ends where the next id is more than 256
 * away. An id in a third run is forgotten, however few have followed it: 1000 after 2000 and 3000. An id never added is
 * never contained.
 *
 * <p>Immutable and thread-safe. A storage keeps it as two byte strings, {@link #latest()} and {@link #other()}, each at
 * most 40 bytes long: 7 bytes with the number of the run's newest block of 8 ids (big-endian), then one byte of 8 bits
 * per block, the newest block first, 33 at most; empty where there is no such run.
 */
public final class EventWindow {
    /** The highest event id there can be: 2<sup>53</sup> − 1, the largest whole number that JSON and Lua keep exact. */
    public static final long MAX_EVENT_ID = (1L << 53) - 1;

    private static final EventWindow EMPTY = new EventWindow(EventRun.NONE, EventRun.NONE);

    private final EventRun latest;
    private final EventRun other;

    private EventWindow(EventRun latest, EventRun other) {
        this.latest = latest;
        this.other = other;
    }

    /** The window of a conversation that has applied no event. */
    public static EventWindow empty() {
        return EMPTY;
    }

    /**
     * The window from what a storage kept.
     *
     * @param latest what {@link #latest()} was, empty if absent
     * @param other what {@link #other()} was, empty if absent
     * @throws IllegalArgumentException if a run has an impossible length
     */
    public static EventWindow of(byte[] latest, byte[] other) {
        requireNonNull(latest, "latest");
        requireNonNull(other, "other");
        return latest.length == 0 && other.length == 0
                ? EMPTY
                : new EventWindow(EventRun.of(latest), EventRun.of(other));
    }

    /**
     * Returns {@code id} if it can be an event id.
     *
     * @throws IllegalArgumentException if it is below 0 or above {@link #MAX_EVENT_ID}
     */
    public static long requireEventId(long id) {
        if (id < 0 || id > MAX_EVENT_ID) {
            throw new IllegalArgumentException("event id must be between 0 and 2^53 - 1: " + id);
        }
        return id;
    }

    /** Whether the event was applied and is still remembered. */
    public boolean contains(long eventId) {
        return latest.contains(eventId) || other.contains(eventId);
    }

    /**
     * The window after the event was applied.
     *
     * @throws IllegalArgumentException if the id is below 0 or above {@link #MAX_EVENT_ID}
     */
    public EventWindow with(long eventId) {
        requireEventId(eventId);
        if (latest.isFarAbove(eventId)) {
            return new EventWindow(latest, other.with(eventId));
        }
        return new EventWindow(latest.with(eventId), latest.isFarBelow(eventId) ? latest : other);
    }

    /** Whether no event is remembered. */
    public boolean isEmpty() {
        return latest.isNone() && other.isNone();
    }

    /** The run with the highest id, for a storage to keep; empty if there is none. */
    public byte[] latest() {
        return latest.bytes();
    }

    /** The other run, for a storage to keep; empty if there is none. */
    public byte[] other() {
        return other.bytes();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof EventWindow w && latest.equals(w.latest) && other.equals(w.other);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new int[] {latest.hashCode(), other.hashCode()});
    }

    @Override
    public String toString() {
        return "EventWindow[latest=" + latest + ", other=" + other + "]";
    }
}
