package io.botfsm;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;

/**
 * Thrown when a {@link Turn} is changed after its handler has returned. The change was not written; a turn ends with
 * its handler.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class TurnClosedException extends FsmException {
    private final StorageKey key;

    /**
     * Creates the exception for a late change.
     *
     * @param key the conversation
     */
    public TurnClosedException(StorageKey key) {
        super(key + ": this turn has ended; change the conversation inside the handler, or through a new turn");
        this.key = key;
    }

    /** Returns the key of the conversation. */
    public StorageKey key() {
        return key;
    }
}
