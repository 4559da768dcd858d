package io.botfsm;

import io.botfsm.internal.Text;
import java.util.Locale;

/**
 * The stored state belongs to no registered group, or its group has no constant of that name and no former name either:
 * most often a constant was renamed and its former name not told. The conversation is unharmed;
 * {@link Conversation#state()} and {@link Conversation#snapshot()} still read it.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class UnknownStateException extends FsmException {
    private final StorageKey key;
    private final String state;

    /**
     * The error of a read.
     *
     * @param key the conversation
     * @param state the state as it is stored
     */
    public UnknownStateException(StorageKey key, String state) {
        super(String.format(
                Locale.ROOT, "%s: stored state \"%s\" is of no registered group and name", key, Text.printable(state)));
        this.key = key;
        this.state = state;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** The state as it is stored. */
    public String state() {
        return state;
    }
}
