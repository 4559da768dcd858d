package io.botfsm.storage;

import java.util.Locale;

/**
 * The conversation remembers events of {@link EventWindow#MAX_SOURCES} named sources, and the refused event is of
 * another one. Nothing was written. Trying again does not help: sources are few and fixed, such as {@code payments},
 * and never made up for each user or event.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class EventSourceLimitException extends ConversationRefusedException {
    private final String source;

    /**
     * The error of a write.
     *
     * @param key the conversation
     * @param source the source that is one too many
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

    /** The source that is one too many. */
    public String source() {
        return source;
    }
}
