package io.botfsm.isolation;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.Locale;

/** There was no room for another handler. It has not begun, and never will; submit it again later. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class BacklogFullException extends FsmException {
    private final StorageKey key;
    private final int limit;
    private final boolean ofConversation;

    /**
     * An error.
     *
     * @param key the conversation whose handler found no room
     * @param limit how many handlers there may be
     * @param ofConversation whether that limit is the conversation's, rather than that of all together
     */
    public BacklogFullException(StorageKey key, int limit, boolean ofConversation) {
        super(String.format(
                Locale.ROOT,
                "%s: no room for another handler: %d %s",
                key,
                limit,
                ofConversation ? "of this conversation wait or run" : "wait or run"));
        this.key = key;
        this.limit = limit;
        this.ofConversation = ofConversation;
    }

    /** The conversation whose handler found no room. */
    public StorageKey key() {
        return key;
    }

    /** How many handlers there may be. */
    public int limit() {
        return limit;
    }

    /** Whether the limit is the conversation's, rather than that of all together. */
    public boolean isOfConversation() {
        return ofConversation;
    }
}
