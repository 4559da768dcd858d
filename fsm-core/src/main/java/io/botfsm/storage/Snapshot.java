package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a storage held for one key at one moment. Immutable, detached from the storage (spec rule 15), thread-safe. Two
 * are equal if all their parts are.
 */
public final class Snapshot {
    private static final Snapshot NONE = builder().build();

    private final Optional<String> state;
    private final Map<String, String> data;
    private final long version;
    private final EventWindow events;

    private Snapshot(Builder b) {
        state = b.state;
        data = b.data;
        version = b.version;
        events = b.events;
    }

    /** What is read where nothing is stored. */
    public static Snapshot none() {
        return NONE;
    }

    /** Begins a snapshot of nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins a snapshot that is like this one. */
    public Builder toBuilder() {
        return new Builder().state(state).data(data).version(version).events(events);
    }

    /** The state as it is stored. */
    public Optional<String> state() {
        return state;
    }

    /** The data entries, name to JSON text, in the storage's order. */
    public Map<String, String> data() {
        return data;
    }

    /** 0 if nothing is stored; otherwise the number that every write raises (spec rule 6). */
    public long version() {
        return version;
    }

    /** The events applied recently. */
    public EventWindow events() {
        return events;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Snapshot s
                && version == s.version
                && state.equals(s.state)
                && data.equals(s.data)
                && events.equals(s.events);
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, data, version, events);
    }

    /** State, names and version; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Snapshot[state=%s, data=%s, version=%d]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()),
                version);
    }

    /** Collects a snapshot. What is not set is as in {@link Snapshot#none()}. Not thread-safe. */
    public static final class Builder {
        private Optional<String> state = Optional.empty();
        private Map<String, String> data = Map.of();
        private long version;
        private EventWindow events = EventWindow.empty();

        private Builder() {}

        /** Sets the state; empty for none. */
        public Builder state(Optional<String> stored) {
            state = requireNonNull(stored, "state");
            return this;
        }

        /** Sets the data entries, name to JSON text, and copies them: no later change of the map shows. */
        public Builder data(Map<String, String> entries) {
            data = OrderedMap.copyOf(requireNonNull(entries, "data"));
            return this;
        }

        /** Sets the version; 0 for nothing stored. */
        public Builder version(long stored) {
            version = stored;
            return this;
        }

        /** Sets the events applied recently. */
        public Builder events(EventWindow applied) {
            events = requireNonNull(applied, "events");
            return this;
        }

        /** The snapshot. */
        public Snapshot build() {
            return new Snapshot(this);
        }
    }
}
