package io.botfsm.telegrambots;

import org.telegram.telegrambots.meta.api.methods.botapimethods.PartialBotApiMethod;

/**
 * How a reply of a flow becomes a message of Telegram's. Called by several threads; does no I/O.
 *
 * <pre>{@code
 * ReplyFormat<Reply> format = (to, reply) -> {
 *     SendMessage message = to.message(reply.text());
 *     message.setReplyMarkup(buttons(reply));
 *     return message;
 * };
 * }</pre>
 *
 * @param <O> what the flow says
 */
@FunctionalInterface
public interface ReplyFormat<O> {
    /**
     * The message.
     *
     * @param to the chat, and the topic and business connection that the user has written by
     * @return what a {@link TelegramSender} sends, such as a {@code SendMessage} or a {@code SendPhoto}, to that chat
     */
    PartialBotApiMethod<?> format(ChatAddress to, O reply);
}
