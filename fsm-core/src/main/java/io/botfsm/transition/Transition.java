package io.botfsm.transition;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StorageKey;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A change of state that is stored. Immutable; two are equal if all their parts are. */
public final class Transition {
    private final StorageKey key;
    private final Optional<String> from;
    private final Optional<String> to;

    private Transition(StorageKey key, Optional<String> from, Optional<String> to) {
        this.key = key;
        this.from = from;
        this.to = to;
    }

    /** A change of a conversation from one state, or none, to another. */
    public static Transition of(StorageKey key, Optional<String> from, Optional<String> to) {
        return new Transition(requireNonNull(key, "key"), requireNonNull(from, "from"), requireNonNull(to, "to"));
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The state before, as it was stored; empty for none. */
    public Optional<String> from() {
        return from;
    }

    /** The state now, as it is stored; empty for none. */
    public Optional<String> to() {
        return to;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Transition t && key.equals(t.key) && from.equals(t.from) && to.equals(t.to);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, from, to);
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
