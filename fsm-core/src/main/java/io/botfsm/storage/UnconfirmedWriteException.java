package io.botfsm.storage;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a write is stored and visible to every read, but was not confirmed in time to be as durable as required:
 * a failure of the server that accepted it may still undo it. If the same event is handled again, the storage is asked
 * for the confirmation again.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class UnconfirmedWriteException extends FsmException {
    private final StorageKey key;

    /**
     * Creates the exception for a write that is stored.
     *
     * @param key the conversation
     * @param missing the confirmation that was required and not received
     * @param cause the cause, if it is known
     */
    public UnconfirmedWriteException(StorageKey key, String missing, @Nullable Throwable cause) {
        super(String.format(Locale.ROOT, "%s: written, but not confirmed: %s", key, missing), cause);
        this.key = key;
    }

    /** Returns the key of the conversation. */
    public StorageKey key() {
        return key;
    }
}
