package io.botfsm.storage;

import static java.util.Collections.unmodifiableSet;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.OrderedMap;
import io.botfsm.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One atomic write: what changes, and under which conditions. Immutable and thread-safe.
 *
 * <p>The state is kept, set or cleared. Data entries are put and removed by name, the others are untouched; or all are
 * replaced. Attributes, which components of this library store, are put and removed. The deadline is kept, set or
 * cleared. The conditions are a fencing token, an event id, an expected version, and an expected state or none; all are
 * optional. The time to live is the storage's own, one for this write, or unlimited. A mutation that changes nothing
 * restarts the time to live and never creates a conversation.
 */
public final class Mutation {
    /** The highest valid fencing token: 2<sup>53</sup> − 1. */
    public static final long MAX_FENCE = (1L << 53) - 1;

    /** The maximum number of entries that one mutation may put or remove. */
    public static final int MAX_ENTRIES = 100_000;

    /** The maximum total number of characters of all texts of one mutation. */
    public static final int MAX_CHARACTERS = 64 << 20;

    /**
     * A version that no conversation has: versions begin with the backend's clock and increase by one or two per write.
     */
    private static final long UNREACHABLE_VERSION = Long.MAX_VALUE;

    /** The longest time to live. */
    public static final Duration MAX_TTL = Duration.ofDays(36_500);

    /** The latest deadline: in the year 2144. */
    public static final Instant MAX_DEADLINE = Instant.ofEpochMilli(((1L << 39) - 1) * 10);

    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final boolean changesState;
    private final Optional<String> state;
    private final Optional<Instant> since;
    private final boolean replacesData;
    private final Map<String, String> puts;
    private final Set<String> removals;
    private final Map<String, String> attributes;
    private final Set<String> attributeRemovals;
    private final boolean changesDeadline;
    private final Optional<Instant> deadline;
    private final OptionalLong fencingToken;
    private final Optional<EventId> eventId;
    private final OptionalLong expectedVersion;
    private final boolean expectsState;
    private final Optional<String> expectedState;
    private final Optional<Duration> ttl;
    private final boolean persists;
    private final boolean carriesOver;

    private Mutation(Builder b) {
        changesState = b.changesState;
        state = b.state;
        since = b.since;
        replacesData = b.replacesData;
        puts = b.puts;
        removals = b.removals;
        attributes = b.attributes;
        attributeRemovals = b.attributeRemovals;
        changesDeadline = b.changesDeadline;
        deadline = b.deadline;
        fencingToken = b.fencingToken;
        eventId = b.eventId;
        expectedVersion = b.expectedVersion;
        expectsState = b.expectsState;
        expectedState = b.expectedState;
        ttl = b.ttl;
        persists = b.persists;
        carriesOver = b.carriesOver;
    }

    /** Returns a builder that starts with a mutation that changes nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns {@code token} if it is a valid fencing token.
     *
     * @throws IllegalArgumentException if it is below 1 or above {@link #MAX_FENCE}
     */
    public static long requireFence(long token) {
        if (token < 1 || token > MAX_FENCE) {
            throw new IllegalArgumentException("fencing token must be between 1 and 2^53 - 1: " + token);
        }
        return token;
    }

    /**
     * Returns {@code ttl} in whole milliseconds, rounded up.
     *
     * @throws IllegalArgumentException if it is not positive or longer than {@link #MAX_TTL}
     */
    public static Duration requireTtl(Duration ttl) {
        return requireTtl("time to live", ttl);
    }

    /**
     * Returns the time to live of a tombstone in whole milliseconds, rounded up, for storages.
     *
     * @throws IllegalArgumentException if it is not positive or longer than {@link #MAX_TTL}
     */
    public static Duration requireTombstoneTtl(Duration ttl) {
        return requireTtl("tombstone time to live", ttl);
    }

    private static Duration requireTtl(String what, Duration ttl) {
        if (requireNonNull(ttl, what).isNegative() || ttl.isZero() || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be positive and at most %s: %s", what, MAX_TTL, ttl));
        }
        return Duration.ofMillis(ttl.plusNanos(999_999).toMillis());
    }

    /**
     * Returns {@code deadline} in whole hundredths of a second, rounded up.
     *
     * @throws IllegalArgumentException if it is not after 1970-01-01T00:00:00Z, or later than {@link #MAX_DEADLINE}
     */
    public static Instant requireDeadline(Instant deadline) {
        if (!requireNonNull(deadline, "deadline").isAfter(Instant.EPOCH) || deadline.isAfter(MAX_DEADLINE)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a deadline must be after %s and not after %s: %s",
                    Instant.EPOCH,
                    MAX_DEADLINE,
                    deadline));
        }
        long hundredths = deadline.plusNanos(9_999_999).toEpochMilli() / 10;
        return Instant.ofEpochMilli(hundredths * 10);
    }

    /** Returns a builder that starts with the content of this mutation. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Whether the state is set or cleared, rather than kept. */
    public boolean changesState() {
        return changesState;
    }

    /** The state to set; empty if it is cleared or kept. */
    public Optional<String> state() {
        return state;
    }

    /**
     * The time at which the new state began, or since which there has been none if the state is cleared; empty to leave
     * that to the storage.
     */
    public Optional<Instant> since() {
        return since;
    }

    /** Whether all data entries are replaced by {@link #puts()}. */
    public boolean replacesData() {
        return replacesData;
    }

    /** The data entries to put, name to JSON text. */
    public Map<String, String> puts() {
        return puts;
    }

    /** The names of the data entries to remove. */
    public Set<String> removals() {
        return removals;
    }

    /** The attributes to put, name to text. Components of this library store them separately from the user's data. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The names of the attributes to remove. */
    public Set<String> attributeRemovals() {
        return attributeRemovals;
    }

    /** Whether the deadline is set or cleared, rather than kept. */
    public boolean changesDeadline() {
        return changesDeadline;
    }

    /** The deadline to set, in whole hundredths of a second; empty if it is cleared or kept. */
    public Optional<Instant> deadline() {
        return deadline;
    }

    /** The fencing token of the writer's lease. */
    public OptionalLong fencingToken() {
        return fencingToken;
    }

    /** The id of the event that causes this write. */
    public Optional<EventId> eventId() {
        return eventId;
    }

    /**
     * The version that the conversation must have; 0 if no conversation may exist yet. Empty if any version is
     * accepted.
     */
    public OptionalLong expectedVersion() {
        return expectedVersion;
    }

    /** Whether the conversation must be in a given state, or in none. */
    public boolean expectsState() {
        return expectsState;
    }

    /** The state that the conversation must be in; empty if it must be in none, or if any is accepted. */
    public Optional<String> expectedState() {
        return expectedState;
    }

    /** The time to live of this write, in whole milliseconds; empty for the storage's own. */
    public Optional<Duration> ttl() {
        return ttl;
    }

    /** Whether the conversation has no time limit, whatever the storage's own time to live is. */
    public boolean persists() {
        return persists;
    }

    /**
     * Whether this write transfers a conversation from elsewhere, or clears one that was transferred, rather than being
     * a change of state made by a bot.
     */
    public boolean carriesOver() {
        return carriesOver;
    }

    /** Returns the time to live after this write, given {@code standard} as the storage's own; empty for unlimited. */
    public Optional<Duration> ttl(Optional<Duration> standard) {
        requireNonNull(standard, "standard");
        return persists ? Optional.empty() : ttl.or(() -> standard);
    }

    /** Returns the changes by name; never the values. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Mutation[state=%s, since=%s, %s=%s, removals=%s, attributes=%s, attributeRemovals=%s, deadline=%s,"
                        + " fencingToken=%s, eventId=%s, expectedVersion=%s, expectedState=%s, ttl=%s]",
                changesState ? Text.field(state, "(clear)") : "(keep)",
                since.map(Instant::toString).orElse("(storage's)"),
                replacesData ? "replace" : "puts",
                Text.fields(puts.keySet()),
                Text.fields(removals),
                attributes.keySet(),
                attributeRemovals,
                changesDeadline ? deadline.map(Instant::toString).orElse("(clear)") : "(keep)",
                fencingToken,
                eventId.map(EventId::toString).orElse("(none)"),
                expectedVersion,
                expectsState ? Text.field(expectedState, "(none)") : "(any)",
                persists ? "(none)" : ttl.map(Duration::toString).orElse("(storage's)"));
    }

    /**
     * Collects the parts of a mutation. Not thread-safe. Contradictions and invalid values are refused at once, with an
     * {@link IllegalArgumentException} that names them; {@link #build()} checks the totals.
     */
    public static final class Builder {
        private boolean changesState;
        private Optional<String> state = Optional.empty();
        private Optional<Instant> since = Optional.empty();
        private boolean replacesData;
        /** The map of a mutation, or this builder's own, which is a {@link LinkedHashMap}. */
        private Map<String, String> puts = Map.of();

        /** The set of a mutation, or this builder's own, which is a {@link LinkedHashSet}. */
        private Set<String> removals = Set.of();

        /** Kept in the same way as {@link #puts}. */
        private Map<String, String> attributes = Map.of();

        /** Kept in the same way as {@link #removals}. */
        private Set<String> attributeRemovals = Set.of();

        private boolean changesDeadline;
        private Optional<Instant> deadline = Optional.empty();
        private OptionalLong fencingToken = OptionalLong.empty();
        private Optional<EventId> eventId = Optional.empty();
        private OptionalLong expectedVersion = OptionalLong.empty();
        private boolean expectsState;
        private Optional<String> expectedState = Optional.empty();
        private Optional<Duration> ttl = Optional.empty();
        private boolean persists;
        private boolean carriesOver;

        private Builder() {}

        private Builder(Mutation m) {
            changesState = m.changesState;
            state = m.state;
            since = m.since;
            replacesData = m.replacesData;
            puts = m.puts;
            removals = m.removals;
            attributes = m.attributes;
            attributeRemovals = m.attributeRemovals;
            changesDeadline = m.changesDeadline;
            deadline = m.deadline;
            fencingToken = m.fencingToken;
            eventId = m.eventId;
            expectedVersion = m.expectedVersion;
            expectsState = m.expectsState;
            expectedState = m.expectedState;
            ttl = m.ttl;
            persists = m.persists;
            carriesOver = m.carriesOver;
        }

        /** Sets the state. */
        public Builder state(String to) {
            Text.wellFormed("state", to);
            refuseIf(changesState && state.isEmpty(), "state(\"%s\") contradicts clearState()", to);
            changesState = true;
            state = Optional.of(to);
            return this;
        }

        /** Clears the state. */
        public Builder clearState() {
            refuseIf(state.isPresent(), "clearState() contradicts state(\"%s\")", state.orElse(""));
            changesState = true;
            return this;
        }

        /** Puts one data entry. */
        public Builder put(String name, String json) {
            requireNonNull(name, "data name");
            refuseIf(replacesData, "put(\"%s\", …) contradicts replaceData(…)", name);
            refuseIf(removals.contains(name), "put(\"%s\", …) contradicts remove(…) of the same name", name);
            return entry(name, json);
        }

        /** Removes one data entry, if it is present. */
        public Builder remove(String name) {
            requireNonNull(name, "data name");
            refuseIf(replacesData, "remove(\"%s\") contradicts replaceData(…)", name);
            refuseIf(puts.containsKey(name), "remove(\"%s\") contradicts put(…) of the same name", name);
            Text.wellFormed("data name", name);
            if (!(removals instanceof LinkedHashSet)) {
                removals = new LinkedHashSet<>(removals);
            }
            removals.add(name);
            return this;
        }

        /** Replaces all data entries by these. */
        public Builder replaceData(Map<String, String> entries) {
            requireNonNull(entries, "entries");
            refuseIf(!removals.isEmpty(), "replaceData(…) contradicts remove(\"%s\")", first(removals));
            refuseIf(
                    !replacesData && !puts.isEmpty(),
                    "replaceData(…) contradicts put(\"%s\", …)",
                    first(puts.keySet()));
            replacesData = true;
            puts = Map.of();
            entries.forEach(this::entry);
            return this;
        }

        private Builder entry(String name, String json) {
            Text.wellFormed("data name", name);
            requireNonNull(json, "JSON text");
            refuseIf(
                    Text.unpairedSurrogate(json, 0) >= 0,
                    "the JSON text of data entry \"%s\" holds an unpaired surrogate; escape it as \\uXXXX",
                    name);
            if (!(puts instanceof LinkedHashMap)) {
                puts = new LinkedHashMap<>(puts);
            }
            puts.put(name, json);
            return this;
        }

        /**
         * Refuses the write if the conversation has seen a higher token (spec rule 13).
         *
         * @throws IllegalArgumentException if the token is below 1 or above {@link #MAX_FENCE}
         */
        public Builder fencingToken(long token) {
            fencingToken = OptionalLong.of(requireFence(token));
            return this;
        }

        /**
         * Puts an attribute, which a component of this library stores with a conversation, separate from the user's
         * data. Replacing the data does not remove it. It is removed together with state and data; a conversation with
         * neither has no attributes.
         *
         * @throws IllegalArgumentException if the name is not 1 to 64 ASCII letters, digits and {@code . _ -}
         */
        public Builder attribute(String name, String text) {
            requireAttribute(name);
            refuseIf(
                    attributeRemovals.contains(name),
                    "attribute(\"%s\", …) contradicts removeAttribute(…) of the same name",
                    name);
            requireNonNull(text, "attribute");
            refuseIf(
                    Text.unpairedSurrogate(text, 0) >= 0,
                    "the text of attribute \"%s\" holds an unpaired surrogate",
                    name);
            if (!(attributes instanceof LinkedHashMap)) {
                attributes = new LinkedHashMap<>(attributes);
            }
            attributes.put(name, text);
            return this;
        }

        /**
         * Removes an attribute, if it is present.
         *
         * @throws IllegalArgumentException if the name is not 1 to 64 ASCII letters, digits and {@code . _ -}
         */
        public Builder removeAttribute(String name) {
            requireAttribute(name);
            refuseIf(
                    attributes.containsKey(name),
                    "removeAttribute(\"%s\") contradicts attribute(…) of the same name",
                    name);
            if (!(attributeRemovals instanceof LinkedHashSet)) {
                attributeRemovals = new LinkedHashSet<>(attributeRemovals);
            }
            attributeRemovals.add(name);
            return this;
        }

        private static void requireAttribute(String name) {
            if (!ATTRIBUTE.matcher(requireNonNull(name, "attribute name")).matches()) {
                throw new IllegalArgumentException(
                        "the name of an attribute is 1 to 64 ASCII letters, digits and . _ -, not " + Text.field(name));
            }
        }

        /**
         * Sets the deadline at which this conversation becomes due, in place of an earlier one. It is removed together
         * with state and data.
         *
         * @param due rounded up to whole hundredths of a second
         * @throws IllegalArgumentException if it is not after 1970-01-01T00:00:00Z, or later than {@link #MAX_DEADLINE}
         */
        public Builder deadline(Instant due) {
            Instant checked = requireDeadline(due);
            refuseIf(changesDeadline && deadline.isEmpty(), "deadline(%s) contradicts clearDeadline()", due.toString());
            changesDeadline = true;
            deadline = Optional.of(checked);
            return this;
        }

        /** Clears the deadline. */
        public Builder clearDeadline() {
            refuseIf(
                    deadline.isPresent(),
                    "clearDeadline() contradicts deadline(%s)",
                    deadline.map(Instant::toString).orElse(""));
            changesDeadline = true;
            return this;
        }

        /** Refuses the write if the conversation has already applied this event (spec rules 14 and 19). */
        public Builder eventId(EventId id) {
            eventId = Optional.of(requireNonNull(id, "event id"));
            return this;
        }

        /**
         * Short for {@link #eventId(EventId)} of {@link EventId#of(long)}.
         *
         * @throws IllegalArgumentException if the id is negative
         */
        public Builder eventId(long id) {
            return eventId(EventId.of(id));
        }

        /**
         * Makes this mutation only ask whether the conversation has applied this event, without recording the event.
         * The outcome is {@link Outcome.Duplicate} if the event is remembered, otherwise {@link Outcome.Conflict} with
         * the current content, or {@link Outcome.Fenced}. Unlike the result of a read, the answer is subject to the
         * fence and as durable as a write.
         *
         * <p>Short for this {@link #eventId} and the {@linkplain #expectVersion expected version}
         * {@link Long#MAX_VALUE}, which no conversation has. Whatever else the mutation holds is therefore not applied.
         */
        public Builder confirmEvent(EventId id) {
            return eventId(id).expectVersion(UNREACHABLE_VERSION);
        }

        /**
         * Short for {@link #confirmEvent(EventId)} of {@link EventId#of(long)}.
         *
         * @throws IllegalArgumentException if the id is negative
         */
        public Builder confirmEvent(long id) {
            return confirmEvent(EventId.of(id));
        }

        /**
         * Refuses the write unless the conversation has this version.
         *
         * @param version the expected version; 0 if no conversation may exist yet
         * @throws IllegalArgumentException if the version is negative
         */
        public Builder expectVersion(long version) {
            if (version < 0) {
                throw new IllegalArgumentException("a version must not be negative: " + version);
            }
            expectedVersion = OptionalLong.of(version);
            return this;
        }

        /** Refuses the write unless the conversation is in this state. */
        public Builder expectState(String expected) {
            Text.wellFormed("expected state", expected);
            refuseIf(
                    expectsState && expectedState.isEmpty(),
                    "expectState(\"%s\") contradicts expectNoState()",
                    expected);
            expectsState = true;
            expectedState = Optional.of(expected);
            return this;
        }

        /** Refuses the write unless the conversation is in no state. */
        public Builder expectNoState() {
            refuseIf(
                    expectedState.isPresent(),
                    "expectNoState() contradicts expectState(\"%s\")",
                    expectedState.orElse(""));
            expectsState = true;
            return this;
        }

        /**
         * Sets the time to live of the conversation, counted from this write, in place of the storage's own.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link #MAX_TTL}
         */
        public Builder ttl(Duration limit) {
            Duration checked = requireTtl(limit);
            refuseIf(persists, "ttl(%s) contradicts persist()", limit.toString());
            ttl = Optional.of(checked);
            return this;
        }

        /** Removes the time limit of the conversation, whatever the storage's own time to live is. */
        public Builder persist() {
            refuseIf(
                    ttl.isPresent(),
                    "persist() contradicts ttl(%s)",
                    ttl.map(Duration::toString).orElse(""));
            persists = true;
            return this;
        }

        /**
         * Marks a write that transfers a conversation from elsewhere, such as one that is moved or imported, or that
         * clears a transferred conversation. It is stored like any other write, but no transition rule applies to it,
         * and no transition listener is notified of it.
         */
        public Builder carryOver() {
            carriesOver = true;
            return this;
        }

        /**
         * Sets the time at which the state that this mutation sets began or, if it clears the state, since which there
         * has been none. This is for a conversation that is transferred. By default that is the time of this write, or
         * of an earlier write that set the same.
         *
         * @param entered truncated to whole milliseconds; if it is after the time of the write, the latter is used
         * @throws IllegalArgumentException if it is not after 1970-01-01T00:00:00Z
         */
        public Builder since(Instant entered) {
            if (!requireNonNull(entered, "since").isAfter(Instant.EPOCH)) {
                throw new IllegalArgumentException("since must be after " + Instant.EPOCH + ": " + entered);
            }
            since = Optional.of(entered.truncatedTo(ChronoUnit.MILLIS));
            return this;
        }

        /**
         * Builds the mutation.
         *
         * @throws IllegalArgumentException if {@link #since} is set, but the state is neither set nor cleared; if it
         *     has more than {@link #MAX_ENTRIES} entries or {@link #MAX_CHARACTERS} characters
         */
        public Mutation build() {
            if (since.isPresent() && !changesState) {
                throw new IllegalArgumentException(
                        "since(" + since.get() + ") needs state(...) or clearState(), whose time it sets");
            }
            int entries = puts.size() + removals.size() + attributes.size() + attributeRemovals.size();
            if (entries > MAX_ENTRIES) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "a mutation has %d entries, at most %d are allowed", entries, MAX_ENTRIES));
            }
            long characters =
                    (long) state.orElse("").length() + expectedState.orElse("").length();
            for (Map.Entry<String, String> put : puts.entrySet()) {
                characters += put.getKey().length() + put.getValue().length();
            }
            for (String name : removals) {
                characters += name.length();
            }
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                characters += attribute.getKey().length() + attribute.getValue().length();
            }
            for (String name : attributeRemovals) {
                characters += name.length();
            }
            if (characters > MAX_CHARACTERS) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "a mutation has %d characters, at most %d are allowed",
                        characters,
                        MAX_CHARACTERS));
            }
            puts = OrderedMap.owning(puts);
            removals = unmodifiableSet(removals);
            attributes = OrderedMap.owning(attributes);
            attributeRemovals = unmodifiableSet(attributeRemovals);
            return new Mutation(this);
        }

        private static String first(Set<String> names) {
            return names.stream().findFirst().orElse("");
        }

        private static void refuseIf(boolean wrong, String message, String value) {
            if (wrong) {
                throw new IllegalArgumentException(String.format(Locale.ROOT, message, Text.printable(value)));
            }
        }
    }
}
