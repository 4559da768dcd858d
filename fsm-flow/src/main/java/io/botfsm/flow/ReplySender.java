package io.botfsm.flow;

import java.util.List;

/**
 * Sends replies that a flow makes without an input, on the thread that fires the timeout. It may be slow and may block.
 *
 * @param <O> the replies of the bot
 * @param <X> the exception that it may throw
 */
@FunctionalInterface
public interface ReplySender<O, X extends Exception> {
    /**
     * Sends replies to the user of the conversation.
     *
     * @param replies at least one, in this order
     * @throws X if not all of them were sent: the question will be asked again later. If they can never be sent, such
     *     as to a user who has blocked the bot, return normally
     */
    void send(List<O> replies) throws X;
}
