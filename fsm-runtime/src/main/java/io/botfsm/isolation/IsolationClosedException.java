package io.botfsm.isolation;

import io.botfsm.storage.FsmException;

/**
 * Thrown when the isolation was closed, or is being drained, by its owner. The handler has not started and never will.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class IsolationClosedException extends FsmException {
    /**
     * Creates the exception for a handler that was submitted too late, or was waiting when the isolation was closed.
     */
    public IsolationClosedException() {
        super("the event isolation is closed");
    }
}
