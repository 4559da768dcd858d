package io.botfsm.catalog;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Locale;

/** Thrown when other writers kept writing conversations of the chat to be moved. Stop them, and move again. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ChatMoveIncompleteException extends FsmException {
    private final long moved;

    ChatMoveIncompleteException(ConversationFilter former, long moved, int passes) {
        super(String.format(
                Locale.ROOT,
                "other writers kept writing conversations that match %s; %d were moved in %d passes. Stop the"
                        + " bot, or make it ignore the former chat, and move again",
                former,
                moved,
                passes));
        this.moved = moved;
    }

    /** Returns how many conversations were moved. */
    public long moved() {
        return moved;
    }
}
