package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The stored content of one conversation at one moment. Immutable, thread-safe and detached from the storage (spec rule
 * 15). Two snapshots are equal if all their parts are.
 */
public final class Snapshot {
    private static final Snapshot NONE = builder().build();

    private final Optional<String> state;
    private final Map<String, String> data;
    private final Map<String, String> attributes;
    private final long version;
    private final EventWindow events;
    private final Optional<Instant> since;
    private final Optional<Instant> touched;
    private final Optional<Instant> deadline;
    private final boolean ended;

    private Snapshot(Builder b) {
        state = b.state;
        data = b.data;
        attributes = b.attributes;
        version = b.version;
        events = b.events;
        since = b.since;
        touched = b.touched;
        deadline = b.deadline;
        ended = b.ended;
    }

    /** Returns the snapshot of a conversation of which nothing is stored. */
    public static Snapshot none() {
        return NONE;
    }

    /** Returns a builder that starts with an empty snapshot. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts with the content of this snapshot. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The stored name of the state; empty for none. */
    public Optional<String> state() {
        return state;
    }

    /** The data entries, name to JSON text, in the storage's order. */
    public Map<String, String> data() {
        return data;
    }

    /**
     * The version, which every write increases if the storage has {@link StateStorage.Capability#VERSION} (spec rule
     * 6); 0 if nothing is stored.
     */
    public long version() {
        return version;
    }

    /** The attributes: what components of this library store with the conversation, separate from the user's data. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The events applied recently. */
    public EventWindow events() {
        return events;
    }

    /**
     * When the current state, or the absence of a state, began, by the storage's clock; empty if nothing is stored, or
     * if the storage lacks {@link StateStorage.Capability#TIMES}.
     */
    public Optional<Instant> since() {
        return since;
    }

    /** When the last write was made, under the same conditions as {@link #since()}. */
    public Optional<Instant> touched() {
        return touched;
    }

    /** The deadline at which this conversation becomes due; empty for none. */
    public Optional<Instant> deadline() {
        return deadline;
    }

    /**
     * Whether state and data have expired by their time to live, rather than been cleared, so that only what outlives
     * them is left (spec rule 23).
     */
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Snapshot s
                && version == s.version
                && state.equals(s.state)
                && data.equals(s.data)
                && attributes.equals(s.attributes)
                && events.equals(s.events)
                && since.equals(s.since)
                && touched.equals(s.touched)
                && deadline.equals(s.deadline)
                && ended == s.ended;
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, data, attributes, version, events, since, touched, deadline, ended);
    }

    /** Returns state, entry names and version; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Snapshot[state=%s, data=%s, version=%d]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()),
                version);
    }

    /** Collects the parts of a snapshot. Parts that are not set are as in {@link Snapshot#none()}. Not thread-safe. */
    public static final class Builder {
        private Optional<String> state = Optional.empty();
        private Map<String, String> data = Map.of();
        private Map<String, String> attributes = Map.of();
        private long version;
        private EventWindow events = EventWindow.empty();
        private Optional<Instant> since = Optional.empty();
        private Optional<Instant> touched = Optional.empty();
        private Optional<Instant> deadline = Optional.empty();
        private boolean ended;

        private Builder() {}

        private Builder(Snapshot s) {
            state = s.state;
            data = s.data;
            attributes = s.attributes;
            version = s.version;
            events = s.events;
            since = s.since;
            touched = s.touched;
            deadline = s.deadline;
            ended = s.ended;
        }

        /** Sets the state; empty for none. */
        public Builder state(Optional<String> stored) {
            state = requireNonNull(stored, "state");
            return this;
        }

        /** Sets the data entries, name to JSON text. The map is copied. */
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

        /** Sets the attributes, name to text. The map is copied. */
        public Builder attributes(Map<String, String> entries) {
            attributes = OrderedMap.copyOf(requireNonNull(entries, "attributes"));
            return this;
        }

        /** Sets when the current state, or the absence of a state, began. */
        public Builder since(Optional<Instant> entered) {
            since = requireNonNull(entered, "since");
            return this;
        }

        /** Sets when the last write was made. */
        public Builder touched(Optional<Instant> written) {
            touched = requireNonNull(written, "touched");
            return this;
        }

        /** Sets the deadline; empty for none. */
        public Builder deadline(Optional<Instant> due) {
            deadline = requireNonNull(due, "deadline");
            return this;
        }

        /** Sets whether state and data have expired by their time to live. */
        public Builder ended(boolean byTime) {
            ended = byTime;
            return this;
        }

        /** Builds the snapshot. */
        public Snapshot build() {
            return new Snapshot(this);
        }
    }
}
