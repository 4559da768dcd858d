package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * All that a backend keeps of one conversation, and the decision what a write makes of it. A backend loads, applies and
 * stores; nothing else decides. Immutable and thread-safe.
 *
 * <p>Three shapes: {@linkplain #isGone() gone} (nothing is stored, nothing is to be stored); a
 * {@linkplain #isTombstone() tombstone} (no state and no data, but a fence or events that must outlive them, for a time
 * that the backend chooses); a live conversation (which lives as long as {@link Mutation#ttl(Optional)} says). Two are
 * equal if all their parts are.
 */
public final class StoredConversation {
    private static final StoredConversation NONE = builder().build();

    private final Optional<String> state;
    private final Map<String, String> data;
    private final long version;
    private final long fencingToken;
    private final EventWindow events;

    private StoredConversation(Builder b) {
        state = b.state;
        data = b.data;
        version = b.version;
        fencingToken = b.fencingToken;
        events = b.events;
    }

    /** What a write made of a conversation. Immutable. */
    public static final class Step {
        private final StoredConversation next;
        private final Outcome outcome;

        private Step(StoredConversation next, Outcome outcome) {
            this.next = next;
            this.outcome = outcome;
        }

        /** A step, such as one that a storage under test takes wrongly. */
        public static Step of(StoredConversation next, Outcome outcome) {
            return new Step(requireNonNull(next, "next"), requireNonNull(outcome, "outcome"));
        }

        /** What the backend has to keep from now on; the conversation itself unless the write was applied. */
        public StoredConversation next() {
            return next;
        }

        /** What the writer gets. */
        public Outcome outcome() {
            return outcome;
        }

        /** Both parts, without values. */
        @Override
        public String toString() {
            return outcome + ", then " + next;
        }
    }

    /** What a backend has of a key that it does not hold. */
    public static StoredConversation none() {
        return NONE;
    }

    /** Begins a conversation of which nothing is stored. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins a conversation that is like this one. */
    public Builder toBuilder() {
        return new Builder()
                .state(state)
                .data(data)
                .version(version)
                .fencingToken(fencingToken)
                .events(events);
    }

    /** The state; empty for none. */
    public Optional<String> state() {
        return state;
    }

    /** The data entries, name to JSON text. */
    public Map<String, String> data() {
        return data;
    }

    /** 0 if nothing is stored. */
    public long version() {
        return version;
    }

    /** The highest fencing token seen, 0 if none was. */
    public long fencingToken() {
        return fencingToken;
    }

    /** The events applied recently. */
    public EventWindow events() {
        return events;
    }

    /** Whether nothing is, or is to be, stored. */
    public boolean isGone() {
        return version == 0;
    }

    /** Whether no state and no data are left, but something that must outlive them. */
    public boolean isTombstone() {
        return version != 0 && state.isEmpty() && data.isEmpty();
    }

    /** What a reader sees. */
    public Snapshot snapshot() {
        return Snapshot.builder()
                .state(state)
                .data(data)
                .version(version)
                .events(events)
                .build();
    }

    /**
     * Decides a write.
     *
     * @throws EventSourceLimitException if it would be applied but for the source of its event, which is one too many
     */
    public Step apply(Mutation mutation, WriteContext context) {
        requireNonNull(mutation, "mutation");
        requireNonNull(context, "context");
        if (mutation.fencingToken().orElse(fencingToken) < fencingToken) {
            return new Step(this, Fenced.of(fencingToken));
        }
        if (mutation.eventId().filter(events::contains).isPresent()) {
            return new Step(this, Duplicate.of(snapshot()));
        }
        if (mutation.expectedVersion().orElse(version) != version) {
            return new Step(this, Conflict.of(snapshot()));
        }
        if (mutation.expectsState() && !mutation.expectedState().equals(state)) {
            return new Step(this, Conflict.of(snapshot()));
        }
        mutation.eventId().filter(event -> !events.takes(event)).ifPresent(event -> {
            throw new EventSourceLimitException(context.key(), event.source());
        });
        StoredConversation next = changed(mutation, context);
        return new Step(next, Applied.of(state, next.state, version, next.version));
    }

    private StoredConversation changed(Mutation mutation, WriteContext context) {
        Optional<String> nextState = mutation.changesState() ? mutation.state() : state;
        Map<String, String> nextData = changedData(mutation);
        long nextFence = mutation.fencingToken().orElse(fencingToken);
        EventWindow nextEvents = mutation.eventId().map(events::with).orElse(events);
        boolean gone = nextState.isEmpty() && nextData.isEmpty() && nextFence == 0 && nextEvents.isEmpty();
        return gone
                ? NONE
                : builder()
                        .state(nextState)
                        .data(nextData)
                        .version(isGone() ? context.firstVersion() : version + 1)
                        .fencingToken(nextFence)
                        .events(nextEvents)
                        .build();
    }

    private Map<String, String> changedData(Mutation mutation) {
        if (mutation.replacesData()) {
            return mutation.puts();
        }
        if (mutation.puts().isEmpty() && mutation.removals().isEmpty()) {
            return data;
        }
        Map<String, String> patched = new LinkedHashMap<>(data);
        patched.keySet().removeAll(mutation.removals());
        patched.putAll(mutation.puts());
        return OrderedMap.owning(patched);
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof StoredConversation c
                && version == c.version
                && fencingToken == c.fencingToken
                && state.equals(c.state)
                && data.equals(c.data)
                && events.equals(c.events);
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, data, version, fencingToken, events);
    }

    /** State, names, version and fence; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "StoredConversation[state=%s, data=%s, version=%d, fencingToken=%d]",
                state.orElse("(none)"),
                data.keySet(),
                version,
                fencingToken);
    }

    /** Collects a conversation. What is not set is as in {@link StoredConversation#none()}. Not thread-safe. */
    public static final class Builder {
        private Optional<String> state = Optional.empty();
        private Map<String, String> data = Map.of();
        private long version;
        private long fencingToken;
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

        /** Sets the highest fencing token seen; 0 for none. */
        public Builder fencingToken(long highest) {
            fencingToken = highest;
            return this;
        }

        /** Sets the events applied recently. */
        public Builder events(EventWindow applied) {
            events = requireNonNull(applied, "events");
            return this;
        }

        /** The conversation. */
        public StoredConversation build() {
            return new StoredConversation(this);
        }
    }
}
