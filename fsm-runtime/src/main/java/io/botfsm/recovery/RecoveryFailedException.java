package io.botfsm.recovery;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import org.jspecify.annotations.Nullable;

/**
 * The second source failed, did not answer in time, or answered with what cannot be stored: what the conversation is
 * cannot be said, or a clear could not be reported. Try again later, an event under the same id.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class RecoveryFailedException extends FsmException {
    private final StorageKey key;
    private final boolean mayBeApplied;

    /**
     * An error of a call on one conversation.
     *
     * @param key the conversation
     * @param mayBeApplied whether the write is stored, now or before, and only the source does not know of it
     * @param cause what the source threw, if it did
     */
    public RecoveryFailedException(StorageKey key, boolean mayBeApplied, @Nullable Throwable cause) {
        super(
                key
                        + (mayBeApplied
                                ? ": cleared, but the second source was not notified"
                                : ": the second source failed"),
                cause);
        this.key = key;
        this.mayBeApplied = mayBeApplied;
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /**
     * Whether the conversation is cleared in the storage, and only the source may still know it. Otherwise nothing was
     * written.
     */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
