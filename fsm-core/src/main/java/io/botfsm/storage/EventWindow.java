package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The ids of the events that a conversation has applied recently, by which redelivered events are recognized (spec
 * rules 14 and 19).
 *
 * <p>Of the counted ids of the default source, the window remembers which of the 256 up to and including the highest
 * were applied, and likewise for one other run of ids, the one written last: a messenger may continue at a random,
 * possibly lower id after a period of inactivity. A run ends where the next id is more than 256 away. When a third run
 * begins, the earlier run with the higher ids is kept, and the ids of the other one are forgotten, however few ids have
 * followed: after 1000, 2000 and 3000, id 1000 is forgotten. A counted id that was never added is never contained. Of
 * text ids, and of the ids of any other source, the window remembers the last 64 applied, separately for each source,
 * by their {@linkplain EventId#fingerprint() fingerprints}: an id that was never added is reported as contained with a
 * probability below 10<sup>−12</sup>.
 *
 * <p>Immutable and thread-safe. A storage keeps it as byte strings. {@link #latest()} and {@link #other()} are each at
 * most 40 bytes long: 7 bytes with the number of the run's newest block of 8 ids (big-endian), then one byte of 8 bits
 * per block, the newest block first, 33 at most; empty where there is no such run. The {@linkplain #ring(String) ring}
 * of a source is up to eight chunks of at most 60 bytes.
 */
public final class EventWindow {
    /**
     * The maximum number of named sources whose events a conversation remembers. The default source is not one of them.
     */
    public static final int MAX_SOURCES = 8;

    private static final EventWindow EMPTY =
            new EventWindow(EventRun.NONE, EventRun.NONE, Collections.emptySortedMap());

    private final EventRun latest;
    private final EventRun other;
    private final SortedMap<String, EventRing> rings;

    private EventWindow(EventRun latest, EventRun other, SortedMap<String, EventRing> rings) {
        this.latest = latest;
        this.other = other;
        this.rings = rings;
    }

    /** Returns the window of a conversation that has applied no event. */
    public static EventWindow empty() {
        return EMPTY;
    }

    /**
     * Restores a window from what a storage kept.
     *
     * @param latest the former {@link #latest()}, empty if absent
     * @param other the former {@link #other()}, empty if absent
     * @param rings the former {@link #ring(String)} of each of the {@link #sources()}
     * @throws IllegalArgumentException if a run has an impossible length, or chunks do not fit together
     */
    public static EventWindow of(byte[] latest, byte[] other, Map<String, List<byte[]>> rings) {
        requireNonNull(latest, "latest");
        requireNonNull(other, "other");
        if (requireNonNull(rings, "rings").isEmpty() && latest.length == 0 && other.length == 0) {
            return EMPTY;
        }
        SortedMap<String, EventRing> known = rings.isEmpty() ? Collections.emptySortedMap() : new TreeMap<>();
        rings.forEach((source, chunks) -> known.put(source, EventRing.of(chunks)));
        return new EventWindow(EventRun.of(latest), EventRun.of(other), known);
    }

    /** Whether the event was applied and is still remembered. */
    public boolean contains(EventId event) {
        if (requireNonNull(event, "event").counted().isPresent()) {
            return contains(event.counted().getAsLong());
        }
        EventRing ring = rings.get(event.source());
        return ring != null && ring.contains(event.fingerprint());
    }

    boolean contains(long id) {
        return latest.contains(id) || other.contains(id);
    }

    /** Whether the window knows the source of the event, or has room for it. */
    public boolean takes(EventId event) {
        return requireNonNull(event, "event").source().isEmpty()
                || rings.containsKey(event.source())
                || rings.size() - (rings.containsKey("") ? 1 : 0) < MAX_SOURCES;
    }

    /**
     * Returns the window after the event was applied.
     *
     * @throws IllegalArgumentException if the window does not {@linkplain #takes take} it
     */
    public EventWindow with(EventId event) {
        if (!takes(event)) {
            throw new IllegalArgumentException("there is no room for another source: " + event.source());
        }
        if (event.counted().isPresent()) {
            return with(event.counted().getAsLong());
        }
        SortedMap<String, EventRing> next = new TreeMap<>(rings);
        next.put(
                event.source(),
                rings.getOrDefault(event.source(), EventRing.EMPTY).with(event.fingerprint()));
        return new EventWindow(latest, other, next);
    }

    EventWindow with(long id) {
        return latest.isFarAbove(id)
                ? new EventWindow(latest, other.with(id), rings)
                : new EventWindow(latest.with(id), latest.isFarBelow(id) ? latest : other, rings);
    }

    /** Whether no event is remembered. */
    public boolean isEmpty() {
        return latest.isNone() && other.isNone() && rings.isEmpty();
    }

    /** The run with the highest id, for a storage to keep; empty if there is none. */
    public byte[] latest() {
        return latest.bytes();
    }

    /** The other run, for a storage to keep; empty if there is none. */
    public byte[] other() {
        return other.bytes();
    }

    /** The sources of which events are remembered by fingerprint; an empty text is the default source. */
    public Set<String> sources() {
        return Collections.unmodifiableSet(rings.keySet());
    }

    /** The fingerprints of a source, for a storage to keep: chunks in the order in which they are filled. */
    public List<byte[]> ring(String source) {
        EventRing ring = rings.get(requireNonNull(source, "source"));
        return ring == null ? List.of() : ring.chunks();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof EventWindow w
                && latest.equals(w.latest)
                && other.equals(w.other)
                && rings.equals(w.rings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(latest, other, rings);
    }

    @Override
    public String toString() {
        return "EventWindow[latest=" + latest + ", other=" + other + ", sources=" + rings.keySet() + "]";
    }
}
