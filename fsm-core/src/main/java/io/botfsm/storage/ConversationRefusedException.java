package io.botfsm.storage;

import org.jspecify.annotations.Nullable;

/**
 * The storage refuses one conversation and works for others: a value of another type has its key, its record is not one
 * of this library, or the layout has no place for its key. Trying again does not help; the message says what is in the
 * way.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public sealed class ConversationRefusedException extends StorageRefusedException permits EventSourceLimitException {
    /**
     * An error of a call on one conversation.
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
