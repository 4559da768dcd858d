package io.botfsm.storage;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the storage was reached and responded with an error, or when its certificate is not trusted. Typical
 * causes are wrong credentials, a missing permission, or a server that is too old. Retrying does not help: what the
 * message names has to be corrected, usually the configuration. If only a single conversation is affected, the
 * exception is a {@link ConversationRefusedException}.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public sealed class StorageRefusedException extends FsmException permits ConversationRefusedException {
    private final Optional<StorageKey> key;
    private final boolean mayBeApplied;

    /**
     * Creates the exception for a call on one conversation.
     *
     * @param key the conversation
     * @param reason the response of the storage
     * @param mayBeApplied whether the write may have happened; false for a read
     * @param cause the driver's exception, if there is one
     */
    public StorageRefusedException(StorageKey key, String reason, boolean mayBeApplied, @Nullable Throwable cause) {
        super(key + ": storage refused: " + reason, cause);
        this.key = Optional.of(key);
        this.mayBeApplied = mayBeApplied;
    }

    /**
     * Creates the exception for a failure that involves no conversation, such as while connecting.
     *
     * @param message what was refused and why, without credentials
     * @param cause the driver's exception, if there is one
     */
    public StorageRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.key = Optional.empty();
        this.mayBeApplied = false;
    }

    /** Returns the key of the conversation, if the failure is about one. */
    public Optional<StorageKey> key() {
        return key;
    }

    /** Whether the write may have happened. */
    public boolean mayBeApplied() {
        return mayBeApplied;
    }
}
