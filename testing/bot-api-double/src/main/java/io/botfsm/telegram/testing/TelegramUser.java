package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * A user in a private chat with the bot. Each action of the user immediately becomes an update; the methods return the
 * update's id, or empty if the bot's {@code allowed_updates} exclude it. Thread-safe; all objects with one id are the
 * same user.
 */
public final class TelegramUser {
    private final long id;
    private final ObjectNode from;
    private final Chat chat;
    private final CallbackQueries queries;

    TelegramUser(long id, ObjectNode from, Chat chat, CallbackQueries queries) {
        this.id = id;
        this.from = from;
        this.chat = chat;
        this.queries = queries;
    }

    /** The id of the user, and of the private chat. */
    public long id() {
        return id;
    }

    /** Sends a message. */
    public OptionalLong says(String text) {
        return chat.say(from, text);
    }

    /**
     * Presses a button of the newest message that has it.
     *
     * @param button its text or its data
     * @throws IllegalStateException if there is none, or if it is a link
     */
    public OptionalLong presses(String button) {
        return chat.press(button, from, (message, data) -> queries.ask(id, from, message, data));
    }

    /**
     * Edits one of the user's own messages.
     *
     * @throws IllegalStateException if it is not one
     */
    public OptionalLong edits(long messageId, String text) {
        return chat.edit(messageId, text);
    }

    /**
     * Blocks the bot: what it sends is refused with 403 until {@link #unblocks}. The bot receives no update about it.
     */
    public void blocks() {
        chat.block(true);
    }

    /** Unblocks the bot. */
    public void unblocks() {
        chat.block(false);
    }

    /** Returns the newest 1,000 messages of the chat in their current form, the oldest first. */
    public List<ShownMessage> messages() {
        return chat.shownMessages();
    }

    /** Returns what the bot has sent or edited since the user's last action, in the order in which it appeared. */
    public List<ShownMessage> replies() {
        return chat.replies();
    }

    /**
     * Waits until there are at least {@code count} {@link #replies}, and returns all of them.
     *
     * @throws AssertionError if that takes longer
     */
    public List<ShownMessage> awaitReplies(int count, Duration limit) throws InterruptedException {
        return await(count + " replies", replies -> replies.size() >= count, limit);
    }

    /**
     * Waits until one of the {@link #replies} has this text, and returns all of them.
     *
     * @throws AssertionError if that takes longer
     */
    public List<ShownMessage> awaitReply(String text, Duration limit) throws InterruptedException {
        return await(
                "\"" + text + "\"",
                replies -> replies.stream().map(ShownMessage::text).anyMatch(text::equals),
                limit);
    }

    private List<ShownMessage> await(String what, Predicate<List<ShownMessage>> enough, Duration limit)
            throws InterruptedException {
        CompletableFuture<List<ShownMessage>> replies = chat.replies(enough);
        try {
            return replies.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(
                    "user " + id + " should have received " + what + " within " + limit + ", but received "
                            + chat.replies().stream().map(ShownMessage::text).toList());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            chat.forget(replies);
        }
    }

    /** Returns the chat actions of the bot, such as {@code typing}, the oldest first. */
    public List<String> chatActions() {
        return chat.chatActions();
    }

    /** Returns the notices that the bot showed in response to this user's presses; an empty text for one without. */
    public List<String> notices() {
        return queries.answersTo(id);
    }

    Chat chat() {
        return chat;
    }

    @Override
    public String toString() {
        return "user " + id;
    }
}
