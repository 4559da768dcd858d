package io.botfsm.isolation;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.Locale;

/**
 * Thrown when there is no room for another handler. The handler has not started and never will; submit it again later.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class BacklogFullException extends FsmException {
    private final StorageKey key;
    private final int limit;
    private final boolean ofConversation;

    /**
     * Creates the exception.
     *
     * @param key the conversation of the refused handler
     * @param limit the maximum number of handlers
     * @param ofConversation whether the limit is that of the conversation, rather than the total
     */
    public BacklogFullException(StorageKey key, int limit, boolean ofConversation) {
        super(String.format(
                Locale.ROOT,
                "%s: no room for another handler, since %d %s",
                key,
                limit,
                ofConversation ? "of this conversation are waiting or running" : "are waiting or running"));
        this.key = key;
        this.limit = limit;
        this.ofConversation = ofConversation;
    }

    /** Returns the conversation of the refused handler. */
    public StorageKey key() {
        return key;
    }

    /** Returns the maximum number of handlers. */
    public int limit() {
        return limit;
    }

    /** Returns whether the limit is that of the conversation, rather than the total. */
    public boolean isOfConversation() {
        return ofConversation;
    }
}
