package io.botfsm.isolation;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;

/**
 * The lease store could not be asked for the conversation, or did not answer in time. The handler has not begun, and
 * never will: nothing runs that is not isolated.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class IsolationUnavailableException extends FsmException {
    private final StorageKey key;

    /**
     * An error.
     *
     * @param key the conversation
     * @param cause what the store said
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
