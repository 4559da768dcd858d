package io.botfsm.telegrambots;

import org.telegram.telegrambots.meta.api.methods.botapimethods.PartialBotApiMethod;

/**
 * Converts a reply of a flow to a Telegram message. Called by several threads; must do no I/O.
 *
 * <pre>{@code
 * ReplyFormat<Reply> format = (to, reply) -> {
 *     SendMessage message = to.message(reply.text());
 *     message.setReplyMarkup(buttons(reply));
 *     return message;
 * };
 * }</pre>
 *
 * @param <O> the replies of the flow
 */
@FunctionalInterface
public interface ReplyFormat<O> {
    /**
     * Creates the message.
     *
     * @param to the chat, with the topic and business connection that the user has written through
     * @return a message to that chat that a {@link TelegramSender} can send, such as a {@code SendMessage} or
     *     {@code SendPhoto}
     */
    PartialBotApiMethod<?> format(ChatAddress to, O reply);
}
