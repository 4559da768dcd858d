package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of a write. Closed for ever: a storage or decorator that wants to say more throws.
 *
 * <p>Conditions are checked in the order fence, event id, version, state; the first that fails decides.
 */
public sealed interface Outcome {
    /**
     * The write is stored.
     *
     * @param previousState the state before
     * @param state the state now
     * @param previousVersion the version before, 0 if nothing was stored
     * @param version the version now, as the next read shows it: 0 if nothing is left
     */
    record Applied(Optional<String> previousState, Optional<String> state, long previousVersion, long version)
            implements Outcome {
        /** None of the parts is null. */
        public Applied {
            requireNonNull(previousState, "previousState");
            requireNonNull(state, "state");
        }

        /** States and versions. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "Applied[previousState=%s, state=%s, previousVersion=%d, version=%d]",
                    Text.field(previousState, "(none)"),
                    Text.field(state, "(none)"),
                    previousVersion,
                    version);
        }
    }

    /**
     * The expected version or state was not there; nothing changed.
     *
     * @param current what is there instead
     */
    record Conflict(Snapshot current) implements Outcome {
        /** None of the parts is null. */
        public Conflict {
            requireNonNull(current, "current");
        }
    }

    /**
     * The event was applied before; nothing changed.
     *
     * @param current what is there
     */
    record Duplicate(Snapshot current) implements Outcome {
        /** None of the parts is null. */
        public Duplicate {
            requireNonNull(current, "current");
        }
    }

    /**
     * A newer instance has written; nothing changed.
     *
     * @param highestToken the highest fencing token that the conversation has seen
     */
    record Fenced(long highestToken) implements Outcome {}
}
