package io.botfsm.recovery;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the second source failed, did not answer in time, or returned something that cannot be stored, so that
 * the conversation is not known or a clear could not be reported. Try again later; retry an event under the same id.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class RecoveryFailedException extends FsmException {
    private final StorageKey key;
    private final boolean mayBeApplied;

    /**
     * Creates the exception for a call on one conversation.
     *
     * @param key the conversation
     * @param mayBeApplied whether this write or an earlier one is stored, and only the source was not notified
     * @param cause the exception of the source, if any
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
     * Returns whether the conversation is cleared in the storage, and only the source may still know it. Otherwise
     * nothing was written.
     */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
