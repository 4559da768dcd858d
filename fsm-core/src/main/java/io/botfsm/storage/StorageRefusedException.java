package io.botfsm.storage;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The storage was reached and answered with an error of its own, or its certificate is not trusted: wrong credentials,
 * a missing right, a server too old. Trying again does not help; someone has to change the set-up. What concerns a
 * single conversation is a {@link ConversationRefusedException}.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public sealed class StorageRefusedException extends FsmException permits ConversationRefusedException {
    private final Optional<StorageKey> key;
    private final boolean mayBeApplied;

    /**
     * An error of a call on one conversation.
     *
     * @param key the conversation
     * @param reason what the storage answered
     * @param mayBeApplied whether the write may have happened; false for a read
     * @param cause the driver's exception, if there is one
     */
    public StorageRefusedException(StorageKey key, String reason, boolean mayBeApplied, @Nullable Throwable cause) {
        super(key + ": storage refused: " + reason, cause);
        this.key = Optional.of(key);
        this.mayBeApplied = mayBeApplied;
    }

    /**
     * An error before any conversation was concerned, such as at connect.
     *
     * @param message what was refused and why, without credentials
     * @param cause the driver's exception, if there is one
     */
    public StorageRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.key = Optional.empty();
        this.mayBeApplied = false;
    }

    /** The conversation, unless the error came before any was concerned. */
    public Optional<StorageKey> key() {
        return key;
    }

    /** Whether the write may have happened. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
