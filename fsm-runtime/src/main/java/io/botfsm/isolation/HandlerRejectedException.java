package io.botfsm.isolation;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;

/** Thrown when the executor refused to run the handler. The handler has not started and never will. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class HandlerRejectedException extends FsmException {
    private final StorageKey key;

    /**
     * Creates the exception.
     *
     * @param key the conversation
     * @param cause what the executor threw
     */
    public HandlerRejectedException(StorageKey key, Throwable cause) {
        super(key + ": the executor refused to run the handler", cause);
        this.key = key;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }
}
