package io.botfsm.storage;

import io.botfsm.Conversation;
import io.botfsm.Turn;
import io.botfsm.internal.text.Text;
import java.util.Locale;

/**
 * Thrown when the stored state belongs to no registered group, or when its group has neither a constant nor a former
 * name that matches. The usual cause is a constant that was renamed without {@link StateNames#formerly}. The
 * conversation is unchanged: {@link Conversation#state()} and {@link Conversation#snapshot()} still read it, and
 * {@link Turn#clear()} ends it.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class UnknownStateException extends FsmException {
    private final StorageKey key;
    private final String state;
    private final String problem;

    /**
     * Creates the exception for a read.
     *
     * @param key the conversation
     * @param state the state as it is stored
     */
    public UnknownStateException(StorageKey key, String state) {
        this(key, state, problem(state));
    }

    private UnknownStateException(StorageKey key, String state, String problem) {
        super(key + ": " + problem);
        this.key = key;
        this.state = state;
        this.problem = problem;
    }

    private static String problem(String state) {
        return String.format(
                Locale.ROOT,
                "stored state \"%s\" matches no registered state; %s",
                Text.printable(state),
                remedy(state));
    }

    private static String remedy(String state) {
        return state.contains(":")
                ? "if the state was renamed, register its former name: states(…, names -> names.formerly(\""
                        + Text.printable(state) + "\", …))"
                : "it was set as text, without a group: read it with state(), and set the constant instead";
    }

    /** Returns what is wrong and what to do about it, without naming the conversation. */
    public String problem() {
        return problem;
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
