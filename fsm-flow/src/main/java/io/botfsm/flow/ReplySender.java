package io.botfsm.flow;

import java.util.List;

/**
 * Sends what a flow says without having been asked, on the thread that fires the timeout; it may take its time, and
 * block.
 *
 * @param <O> what the bot says
 * @param <X> what it throws
 */
@FunctionalInterface
public interface ReplySender<O, X extends Exception> {
    /**
     * Sends replies to the user of the conversation.
     *
     * @param replies at least one, in this order
     * @throws X if they were not all sent: the question is to be asked again later. Where they never can be, as to a
     *     user who has blocked the bot, return
     */
    void send(List<O> replies) throws X;
}
