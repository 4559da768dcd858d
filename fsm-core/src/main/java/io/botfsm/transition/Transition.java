package io.botfsm.transition;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A stored change of state. Immutable; two transitions are equal if all their parts are. */
public final class Transition {
    private final StorageKey key;
    private final Optional<String> from;
    private final Optional<String> to;
    private final Optional<Instant> at;
    private final Optional<Instant> since;

    private Transition(
            StorageKey key, Optional<String> from, Optional<String> to, Optional<Instant> at, Optional<Instant> since) {
        this.key = key;
        this.from = from;
        this.to = to;
        this.at = at;
        this.since = since;
    }

    /** Returns the change of a conversation from one state, or none, to another, or none. */
    public static Transition of(StorageKey key, Optional<String> from, Optional<String> to) {
        return new Transition(
                requireNonNull(key, "key"),
                requireNonNull(from, "from"),
                requireNonNull(to, "to"),
                Optional.empty(),
                Optional.empty());
    }

    /** Returns the change that an applied write made. */
    public static Transition of(StorageKey key, Applied write) {
        return new Transition(
                requireNonNull(key, "key"), write.previousState(), write.state(), write.at(), write.previousSince());
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The stored name of the previous state; empty for none. */
    public Optional<String> from() {
        return from;
    }

    /** The stored name of the new state; empty for none. */
    public Optional<String> to() {
        return to;
    }

    /** When it was stored, by the storage's clock; empty if the storage lacks {@link Capability#TIMES}. */
    public Optional<Instant> at() {
        return at;
    }

    /**
     * How long the conversation was in the previous state, or in none; never negative; empty if nothing was stored, or
     * if the storage lacks {@link Capability#TIMES}.
     */
    public Optional<Duration> timeInPreviousState() {
        return since.flatMap(entered -> at.map(left -> Duration.between(entered, left)))
                .map(time -> time.isNegative() ? Duration.ZERO : time);
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Transition t
                && key.equals(t.key)
                && from.equals(t.from)
                && to.equals(t.to)
                && at.equals(t.at)
                && since.equals(t.since);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, from, to, at, since);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Transition[%s, from=%s, to=%s]",
                key,
                Text.field(from, "(none)"),
                Text.field(to, "(none)"));
    }
}
