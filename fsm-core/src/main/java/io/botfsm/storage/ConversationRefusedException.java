package io.botfsm.storage;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the storage refuses one conversation but works for others: its key holds a value of another type, its
 * record was not written by this library, the layout cannot represent its key, or it remembers events of too many
 * sources. Retrying does not help; the message states the reason.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public sealed class ConversationRefusedException extends StorageRefusedException permits EventSourceLimitException {
    /**
     * Creates the exception for a call on one conversation.
     *
     * @param key the conversation
     * @param reason what is wrong with it, without any part of its data
     * @param mayBeApplied whether the write may have happened; false for a read
     * @param cause the driver's exception, if there is one
     */
    public ConversationRefusedException(
            StorageKey key, String reason, boolean mayBeApplied, @Nullable Throwable cause) {
        super(key, reason, mayBeApplied, cause);
    }
}
