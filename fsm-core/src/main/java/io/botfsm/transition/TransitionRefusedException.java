package io.botfsm.transition;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.Locale;
import java.util.Optional;

/**
 * Thrown when a change of state is refused because the {@link TransitionRules} do not declare it. Nothing was written.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class TransitionRefusedException extends FsmException {
    private final StorageKey key;
    private final Optional<String> from;
    private final Optional<String> to;

    /**
     * Creates the exception for a refused write.
     *
     * @param key the conversation
     * @param from the state that is stored; empty for none
     * @param to the state that was to be stored; empty for none
     */
    public TransitionRefusedException(StorageKey key, Optional<String> from, Optional<String> to) {
        super(String.format(Locale.ROOT, "%s: no rule leads from %s to %s", key, printable(from), printable(to)));
        this.key = key;
        this.from = from;
        this.to = to;
    }

    private static String printable(Optional<String> state) {
        return state.map(name -> "\"" + Text.printable(name) + "\"").orElse("no state");
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The state that is stored; empty for none. */
    public Optional<String> from() {
        return from;
    }

    /** The state that was to be stored; empty for none. */
    public Optional<String> to() {
        return to;
    }
}
