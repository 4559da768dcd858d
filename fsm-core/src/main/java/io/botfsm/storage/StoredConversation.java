package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a backend keeps of one conversation, and the decision of what a write does to it. A backend loads a
 * conversation, calls {@link #apply}, and stores the result; all decisions are made here. Immutable and thread-safe.
 *
 * <p>A conversation has one of three forms. It is {@linkplain #isGone() gone}: nothing is stored, and nothing has to
 * be. It is a {@linkplain #isTombstone() tombstone}: there is no state and no data, but a fence or events that must
 * outlive them, for a time that the backend chooses. Or it is live, for the time that {@link Mutation#ttl(Optional)}
 * returns. Two stored conversations are equal if all their parts are.
 */
public final class StoredConversation {
    private static final StoredConversation NONE = builder().build();

    private final Optional<String> state;
    private final Map<String, String> data;
    private final Map<String, String> attributes;
    private final long version;
    private final long fencingToken;
    private final EventWindow events;
    private final Optional<Instant> since;
    private final Optional<Instant> touched;
    private final Optional<Instant> deadline;
    private final Optional<Instant> end;
    private final boolean ended;

    private StoredConversation(Builder b) {
        state = b.state;
        data = b.data;
        attributes = b.attributes;
        version = b.version;
        fencingToken = b.fencingToken;
        events = b.events;
        since = b.since;
        touched = b.touched;
        deadline = b.deadline;
        end = b.end;
        ended = b.ended;
    }

    /** The result of applying a write to a conversation. Immutable. */
    public static final class Step {
        private final StoredConversation next;
        private final Outcome outcome;
        private final Optional<Duration> timeToLive;

        private Step(StoredConversation next, Outcome outcome, Optional<Duration> timeToLive) {
            this.next = next;
            this.outcome = outcome;
            this.timeToLive = timeToLive;
        }

        /** Returns a step with the given parts, for tests that need an incorrect step. */
        public static Step of(StoredConversation next, Outcome outcome, Optional<Duration> timeToLive) {
            return new Step(
                    requireNonNull(next, "next"),
                    requireNonNull(outcome, "outcome"),
                    requireNonNull(timeToLive, "timeToLive"));
        }

        /**
         * Returns what the backend has to keep from now on; the unchanged conversation unless the write was applied.
         */
        public StoredConversation next() {
            return next;
        }

        /** Returns the outcome for the writer. */
        public Outcome outcome() {
            return outcome;
        }

        /**
         * Returns how long the backend has to keep the conversation of an applied write from now on; empty for
         * unlimited.
         */
        public Optional<Duration> timeToLive() {
            return timeToLive;
        }

        /** Returns the outcome and the next conversation, without values. */
        @Override
        public String toString() {
            return outcome + ", then " + next;
        }
    }

    /** Returns the conversation of a key that the backend does not hold. */
    public static StoredConversation none() {
        return NONE;
    }

    /** Returns a builder that starts with an empty conversation. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts with the content of this conversation. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The state; empty for none. */
    public Optional<String> state() {
        return state;
    }

    /** The data entries, name to JSON text. */
    public Map<String, String> data() {
        return data;
    }

    /** The attributes that components of this library store, name to text. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The version; 0 if nothing is stored. */
    public long version() {
        return version;
    }

    /** The highest fencing token seen; 0 for none. */
    public long fencingToken() {
        return fencingToken;
    }

    /** The events applied recently. */
    public EventWindow events() {
        return events;
    }

    /** When the current state, or the absence of a state, began; empty if nothing is stored. */
    public Optional<Instant> since() {
        return since;
    }

    /** When the last write was made; empty if nothing is stored. */
    public Optional<Instant> touched() {
        return touched;
    }

    /** The deadline; empty for none. */
    public Optional<Instant> deadline() {
        return deadline;
    }

    /**
     * When state and data end, if something outlives them because their time to live is shorter than that of a
     * tombstone. Empty if they end together with everything else.
     */
    public Optional<Instant> end() {
        return end;
    }

    /** Whether nothing is stored, and nothing has to be. */
    public boolean isGone() {
        return version == 0;
    }

    /** Whether state and data are gone, but something that must outlive them is left. */
    public boolean isTombstone() {
        return version != 0 && state.isEmpty() && data.isEmpty();
    }

    /** Returns what a reader sees at that time. */
    public Snapshot snapshot(Instant now) {
        return at(requireNonNull(now, "now")).snapshot();
    }

    private Snapshot snapshot() {
        return Snapshot.builder()
                .state(state)
                .data(data)
                .attributes(attributes)
                .version(version)
                .events(events)
                .since(since)
                .touched(touched)
                .deadline(deadline)
                .ended(ended)
                .build();
    }

    /**
     * Returns this conversation at the given time; if its end has passed, the conversation after the end. The end
     * counts as a write, with a version that no other write has.
     */
    private StoredConversation at(Instant now) {
        if (end.isEmpty() || now.isBefore(end.get())) {
            return this;
        }
        return builder()
                .version(version + 1)
                .fencingToken(fencingToken)
                .events(events)
                .since(end)
                .touched(end)
                .ended(true)
                .build();
    }

    /**
     * Decides a write.
     *
     * @throws EventSourceLimitException if it would be applied, but the source of its event exceeds the limit
     */
    public Step apply(Mutation mutation, WriteContext context) {
        requireNonNull(mutation, "mutation");
        return at(requireNonNull(context, "context").now()).decide(mutation, context, this);
    }

    private Step decide(Mutation mutation, WriteContext context, StoredConversation kept) {
        if (mutation.fencingToken().orElse(fencingToken) < fencingToken) {
            return refused(Fenced.of(fencingToken), kept);
        }
        if (mutation.eventId().filter(events::contains).isPresent()) {
            return refused(Duplicate.of(snapshot()), kept);
        }
        if (mutation.expectedVersion().orElse(version) != version) {
            return refused(Conflict.of(snapshot()), kept);
        }
        if (mutation.expectsState() && !mutation.expectedState().equals(state)) {
            return refused(Conflict.of(snapshot()), kept);
        }
        mutation.eventId().filter(event -> !events.takes(event)).ifPresent(event -> {
            throw new EventSourceLimitException(context.key(), event.source());
        });
        StoredConversation next = changed(mutation, context);
        Applied applied = Applied.of(state, next.state, version, next.version).timed(since, context.now());
        return new Step(next, applied, next.timeToLive(mutation, context));
    }

    private static Step refused(Outcome why, StoredConversation kept) {
        return new Step(kept, why, Optional.empty());
    }

    private Optional<Duration> timeToLive(Mutation mutation, WriteContext context) {
        return isTombstone() || end.isPresent() ? Optional.of(context.tombstoneTtl()) : mutation.ttl(context.ttl());
    }

    private StoredConversation changed(Mutation mutation, WriteContext context) {
        Optional<String> nextState = mutation.changesState() ? mutation.state() : state;
        Map<String, String> nextData = changedData(mutation);
        long nextFence = mutation.fencingToken().orElse(fencingToken);
        EventWindow nextEvents = mutation.eventId().map(events::with).orElse(events);
        boolean isEmpty = nextState.isEmpty() && nextData.isEmpty();
        boolean leavesTombstone = nextFence != 0 || !nextEvents.isEmpty();
        if (isEmpty && !leavesTombstone) {
            return NONE;
        }
        Builder next = builder()
                .state(nextState)
                .data(nextData)
                .version(nextVersion(context))
                .fencingToken(nextFence)
                .events(nextEvents)
                .since(Optional.of(nextSince(mutation, nextState, context.now())))
                .touched(Optional.of(context.now()));
        if (!isEmpty) {
            next.attributes(patched(attributes, mutation.attributes(), mutation.attributeRemovals()))
                    .deadline(mutation.changesDeadline() ? mutation.deadline() : deadline)
                    .end(mutation.ttl(context.ttl())
                            .filter(ttl -> leavesTombstone && ttl.compareTo(context.tombstoneTtl()) < 0)
                            .map(context.now()::plus));
        }
        return next.build();
    }

    /** If there is an end, one version is skipped for the conversation after the end. */
    private long nextVersion(WriteContext context) {
        if (isGone()) {
            return context.firstVersion();
        }
        return version + (end.isPresent() ? 2 : 1);
    }

    /** Returns when the state began; if the clock was set back, the state does not appear younger than it was. */
    private Instant nextSince(Mutation mutation, Optional<String> nextState, Instant now) {
        if (mutation.since().isPresent()) {
            return mutation.since().filter(now::isAfter).orElse(now);
        }
        if (since.isEmpty() || touched.isEmpty() || !nextState.equals(state)) {
            return now;
        }
        Duration age = Duration.between(since.get(), touched.get());
        Duration more = Duration.between(touched.get(), now);
        return now.minus(more.isNegative() ? age : age.plus(more));
    }

    private Map<String, String> changedData(Mutation mutation) {
        return mutation.replacesData() ? mutation.puts() : patched(data, mutation.puts(), mutation.removals());
    }

    private static Map<String, String> patched(
            Map<String, String> entries, Map<String, String> puts, Set<String> removals) {
        if (puts.isEmpty() && removals.isEmpty()) {
            return entries;
        }
        Map<String, String> patched = new LinkedHashMap<>(entries);
        patched.keySet().removeAll(removals);
        patched.putAll(puts);
        return OrderedMap.owning(patched);
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof StoredConversation c
                && version == c.version
                && fencingToken == c.fencingToken
                && state.equals(c.state)
                && data.equals(c.data)
                && attributes.equals(c.attributes)
                && events.equals(c.events)
                && since.equals(c.since)
                && touched.equals(c.touched)
                && deadline.equals(c.deadline)
                && end.equals(c.end);
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, data, attributes, version, fencingToken, events, since, touched, deadline, end);
    }

    /** Returns state, entry names, version and fence; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "StoredConversation[state=%s, data=%s, version=%d, fencingToken=%d]",
                Text.field(state, "(none)"),
                Text.fields(data.keySet()),
                version,
                fencingToken);
    }

    /**
     * Collects the parts of a conversation. Parts that are not set are as in {@link StoredConversation#none()}. Not
     * thread-safe.
     */
    public static final class Builder {
        private Optional<String> state = Optional.empty();
        private Map<String, String> data = Map.of();
        private Map<String, String> attributes = Map.of();
        private long version;
        private long fencingToken;
        private EventWindow events = EventWindow.empty();
        private Optional<Instant> since = Optional.empty();
        private Optional<Instant> touched = Optional.empty();
        private Optional<Instant> deadline = Optional.empty();
        private Optional<Instant> end = Optional.empty();
        private boolean ended;

        private Builder() {}

        private Builder(StoredConversation c) {
            state = c.state;
            data = c.data;
            attributes = c.attributes;
            version = c.version;
            fencingToken = c.fencingToken;
            events = c.events;
            since = c.since;
            touched = c.touched;
            deadline = c.deadline;
            end = c.end;
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

        /**
         * Sets when state and data end, if something outlives them; empty if they end together with everything else.
         */
        public Builder end(Optional<Instant> ofStateAndData) {
            end = requireNonNull(ofStateAndData, "end");
            return this;
        }

        private Builder ended(boolean byTime) {
            ended = byTime;
            return this;
        }

        /** Builds the conversation. */
        public StoredConversation build() {
            return new StoredConversation(this);
        }
    }
}
