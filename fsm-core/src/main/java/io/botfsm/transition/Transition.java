package io.botfsm.transition;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * A change of state that is stored. Immutable.
 *
 * @param key the conversation
 * @param from the state before, as it was stored; empty for none
 * @param to the state now, as it is stored; empty for none
 */
public record Transition(StorageKey key, Optional<String> from, Optional<String> to) {
    /** The conversation and both states, as a log line. */
    @Override
    public String toString() {
        return "Transition[" + key + ", from=" + Text.field(from, "(none)") + ", to=" + Text.field(to, "(none)") + "]";
    }
}
