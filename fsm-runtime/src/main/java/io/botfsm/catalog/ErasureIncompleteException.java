package io.botfsm.catalog;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Locale;

/** Thrown when other writers kept writing the conversations to be erased. Stop them, and erase again. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class ErasureIncompleteException extends FsmException {
    private final long erased;

    ErasureIncompleteException(ConversationFilter filter, long erased, int passes) {
        super(String.format(
                Locale.ROOT,
                "other writers kept writing conversations that match %s; %d were erased in %d passes. Stop the"
                        + " bot, or make it ignore the user or chat, and erase again",
                filter,
                erased,
                passes));
        this.erased = erased;
    }

    /** Returns how many conversations were cleared. */
    public long erased() {
        return erased;
    }
}
