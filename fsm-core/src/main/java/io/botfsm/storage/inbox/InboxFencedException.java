package io.botfsm.storage.inbox;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import java.util.Locale;

/**
 * Thrown when a newer instance has written this bot's inbox: the calling instance has lost its lease and must stop.
 * Nothing was written.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class InboxFencedException extends FsmException {
    private final long token;
    private final long highest;

    /**
     * Creates the exception for a refused call.
     *
     * @param bot the id of the bot
     * @param token the fencing token of the call
     * @param highest the highest token that the inbox has seen
     */
    public InboxFencedException(Object bot, long token, long highest) {
        super(String.format(
                Locale.ROOT,
                "inbox of bot %s: fencing token %d is lower than %d, which the inbox has seen: another instance has"
                        + " taken over, or the clock that tokens come from was set back",
                Text.field(requireNonNull(bot, "bot").toString()),
                token,
                highest));
        this.token = token;
        this.highest = highest;
    }

    /** The token of the call. */
    public long token() {
        return token;
    }

    /** The highest token that the inbox has seen. */
    public long highest() {
        return highest;
    }
}
