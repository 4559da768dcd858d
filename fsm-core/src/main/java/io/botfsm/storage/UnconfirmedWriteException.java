package io.botfsm.storage;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The write is stored, and every read sees it, but it was not confirmed in time to be as durable as was asked for: a
 * failure of the server that took it may still undo it. Where the same event is handled again, the storage is asked
 * again.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class UnconfirmedWriteException extends FsmException {
    private final StorageKey key;

    /**
     * The error of a write that is stored.
     *
     * @param key the conversation
     * @param missing what was asked for and did not come
     * @param cause why, if it is known
     */
    public UnconfirmedWriteException(StorageKey key, String missing, @Nullable Throwable cause) {
        super(String.format(Locale.ROOT, "%s: written, but not confirmed: %s", key, missing), cause);
        this.key = key;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }
}
