package io.botfsm.isolation;

import io.botfsm.storage.FsmException;

/** The isolation was closed, or is being drained, by its owner. The handler has not begun, and never will. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class IsolationClosedException extends FsmException {
    /** The error of a handler that came too late, or waited when the isolation was closed. */
    public IsolationClosedException() {
        super("the event isolation is closed");
    }
}
