package io.botfsm.flow;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * Thrown when a handler did not decide exactly once what happens next. Nothing of its turn was stored. If it handles
 * the result of work, the turn that led to the work is stored, and the work will be repeated.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class HandlerDecisionException extends FsmException {
    private final StorageKey key;
    private final Optional<String> state;

    HandlerDecisionException(StorageKey key, Optional<String> state, String problem) {
        super(key + ": a handler in " + state.map(Text::field).orElse("no state") + " " + problem);
        this.key = key;
        this.state = state;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /** Returns the state in which the handler ran; empty for none. */
    public Optional<String> state() {
        return state;
    }
}
