package io.botfsm.storage;

import java.util.Locale;

/**
 * Thrown when the conversation already remembers events of {@link EventWindow#MAX_SOURCES} named sources, and the
 * refused event is of another one. Nothing was written. Retrying does not help: use few and fixed sources, such as
 * {@code payments}, and never generate them per user or event.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class EventSourceLimitException extends ConversationRefusedException {
    private final String source;

    /**
     * Creates the exception for a refused write.
     *
     * @param key the conversation
     * @param source the source that exceeds the limit
     */
    public EventSourceLimitException(StorageKey key, String source) {
        super(
                key,
                String.format(
                        Locale.ROOT,
                        "an event of source \"%s\": the conversation remembers events of %d other sources already",
                        source,
                        EventWindow.MAX_SOURCES),
                false,
                null);
        this.source = source;
    }

    /** Returns the source that exceeds the limit. */
    public String source() {
        return source;
    }
}
