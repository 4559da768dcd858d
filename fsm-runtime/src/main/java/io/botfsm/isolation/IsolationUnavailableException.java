package io.botfsm.isolation;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;

/**
 * Thrown when the lease store could not be asked for the conversation, or did not respond in time. The handler has not
 * started and never will: no handler runs without isolation.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class IsolationUnavailableException extends FsmException {
    private final StorageKey key;

    /**
     * Creates the exception.
     *
     * @param key the conversation
     * @param cause the failure of the store
     */
    public IsolationUnavailableException(StorageKey key, Throwable cause) {
        super(key + ": the lease store is unavailable", cause);
        this.key = key;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }
}
