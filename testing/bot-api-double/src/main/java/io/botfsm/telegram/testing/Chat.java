package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * One chat: its messages, and what the bot did in it. Thread-safe. Events become updates under the chat's monitor, so
 * that updates are in the order of the messages.
 */
final class Chat {
    private static final int MOST_MESSAGES = 1_000;
    private static final int MOST_TEXT = 4_096;
    private static final String NOT_MODIFIED = "message is not modified: specified new message content and reply markup"
            + " are exactly the same as a current content and reply markup of the message";

    private final ObjectNode chat;
    private final LongPolls updates;
    private final Map<Long, ChatMessage> messages = new LinkedHashMap<>();
    private final BoundedHistory<String> actions = new BoundedHistory<>(MOST_MESSAGES);
    private final List<Awaited> awaited = new ArrayList<>();
    private long nextMessageId = 1;
    private long shown;
    private long shownBeforeLastAction;
    private boolean blocked;

    Chat(ObjectNode chat, LongPolls updates) {
        this.chat = chat;
        this.updates = updates;
    }

    /** A pending wait for replies of the bot. */
    private record Awaited(Predicate<List<ShownMessage>> enough, CompletableFuture<List<ShownMessage>> replies) {}

    // The user's side

    synchronized OptionalLong receive(String type, ObjectNode message) {
        if (!message.has("message_id")) {
            message.put("message_id", nextMessageId);
        }
        if (!message.has("date")) {
            message.put("date", Instant.now().getEpochSecond());
        }
        long id = message.path("message_id").asLong();
        nextMessageId = Math.max(nextMessageId, id + 1);
        shownBeforeLastAction = shown;
        keep(new ChatMessage(message.deepCopy(), false, Optional.empty(), 0));
        return updates.deliver(type, message);
    }

    synchronized OptionalLong say(ObjectNode from, String text) {
        ObjectNode message = Json.object();
        message.set("from", from);
        message.set("chat", chat);
        message.put("text", text);
        if (text.matches("(?s)/\\w.*")) {
            int end = text.split("\\s", 2)[0].length();
            message.putArray("entities")
                    .addObject()
                    .put("type", "bot_command")
                    .put("offset", 0)
                    .put("length", end);
        }
        return receive("message", message);
    }

    synchronized OptionalLong edit(long messageId, String text) {
        ChatMessage old = messages.get(messageId);
        if (old == null || old.fromBot()) {
            throw new IllegalStateException("the user has no message " + messageId + " to edit");
        }
        ChatMessage edited = old.edited(text, Instant.now().getEpochSecond(), Optional.empty(), 0);
        shownBeforeLastAction = shown;
        messages.put(messageId, edited);
        return updates.deliver("edited_message", edited.json().deepCopy());
    }

    /**
     * Presses a button of the newest message that has it; the query is built from the message and the button's data.
     */
    synchronized OptionalLong press(
            String button, ObjectNode from, BiFunction<ChatMessage, String, ObjectNode> callbackQuery) {
        List<ChatMessage> newestFirst = new ArrayList<>(messages.values());
        Collections.reverse(newestFirst);
        for (ChatMessage message : newestFirst) {
            Optional<Button> found = message.buttons().stream()
                    .filter(candidate -> candidate.text().equals(button)
                            || candidate.data().filter(button::equals).isPresent())
                    .findFirst();
            if (found.isPresent()) {
                return press(found.get(), message, from, callbackQuery);
            }
        }
        throw new IllegalStateException("no button \"" + button + "\"; there are "
                + newestFirst.stream()
                        .flatMap(message -> message.buttons().stream())
                        .map(Button::text)
                        .toList());
    }

    private OptionalLong press(
            Button button,
            ChatMessage message,
            ObjectNode from,
            BiFunction<ChatMessage, String, ObjectNode> callbackQuery) {
        if (button.url().isPresent()) {
            throw new IllegalStateException("\"" + button.text() + "\" is a link, of which the bot learns nothing");
        }
        if (button.data().isEmpty()) {
            return say(from, button.text());
        }
        shownBeforeLastAction = shown;
        return updates.deliver(
                "callback_query", callbackQuery.apply(message, button.data().get()));
    }

    synchronized void block(boolean blocks) {
        blocked = blocks;
    }

    synchronized List<ShownMessage> shownMessages() {
        return messages.values().stream().map(ChatMessage::toShown).toList();
    }

    synchronized List<String> chatActions() {
        return actions.all();
    }

    /** Returns what the bot has sent or edited since the user's last action, once that satisfies the condition. */
    synchronized CompletableFuture<List<ShownMessage>> replies(Predicate<List<ShownMessage>> enough) {
        CompletableFuture<List<ShownMessage>> replies = new CompletableFuture<>();
        awaited.add(new Awaited(enough, replies));
        completeAwaited();
        return replies;
    }

    synchronized List<ShownMessage> replies() {
        return messages.values().stream()
                .filter(message -> message.fromBot() && message.shownAt() > shownBeforeLastAction)
                .sorted(Comparator.comparingLong(ChatMessage::shownAt))
                .map(ChatMessage::toShown)
                .toList();
    }

    synchronized void forget(CompletableFuture<List<ShownMessage>> replies) {
        awaited.removeIf(each -> each.replies == replies);
    }

    private void completeAwaited() {
        if (awaited.isEmpty()) {
            return;
        }
        List<ShownMessage> now = replies();
        for (Iterator<Awaited> each = awaited.iterator(); each.hasNext(); ) {
            Awaited wish = each.next();
            if (wish.enough.test(now)) {
                each.remove();
                wish.replies.complete(now);
            }
        }
    }

    // The bot's side

    synchronized BotApiResponse send(ObjectNode bot, Parameters parameters) {
        mustNotBeBlocked();
        String text = text(parameters);
        Optional<JsonNode> markup = parameters.tree("reply_markup");
        ObjectNode message = Json.object();
        message.put("message_id", nextMessageId++);
        parameters
                .number("message_thread_id")
                .filter(thread -> thread > 0)
                .ifPresent(thread -> message.put("message_thread_id", thread).put("is_topic_message", true));
        message.set("from", bot);
        message.set("chat", chat);
        message.put("date", Instant.now().getEpochSecond());
        message.put("text", text);
        ChatMessage.setInlineKeyboard(message, markup);
        show(new ChatMessage(message, true, markup, ++shown));
        return BotApiResponse.ok(message);
    }

    synchronized BotApiResponse editText(Parameters parameters) {
        mustNotBeBlocked();
        ChatMessage old = messages.get(parameters
                .number("message_id")
                .orElseThrow(() -> RequestRefusedException.badRequest("message identifier is not specified")));
        if (old == null) {
            throw RequestRefusedException.badRequest("message to edit not found");
        }
        if (!old.fromBot()) {
            throw RequestRefusedException.badRequest("message can't be edited");
        }
        String text = text(parameters);
        Optional<JsonNode> markup = parameters.tree("reply_markup");
        if (old.readsLike(text, markup)) {
            throw RequestRefusedException.badRequest(NOT_MODIFIED);
        }
        ChatMessage edited = old.edited(text, Instant.now().getEpochSecond(), markup, ++shown);
        show(edited);
        return BotApiResponse.ok(edited.json());
    }

    synchronized BotApiResponse act(String action) {
        mustNotBeBlocked();
        actions.add(action);
        return BotApiResponse.TRUE;
    }

    private static String text(Parameters parameters) {
        String text = parameters.text("text").orElse("").strip();
        if (text.isEmpty()) {
            throw RequestRefusedException.badRequest("message text is empty");
        }
        if (text.codePointCount(0, text.length()) > MOST_TEXT) {
            throw RequestRefusedException.badRequest("message is too long");
        }
        return text;
    }

    private void mustNotBeBlocked() {
        if (blocked) {
            throw new RequestRefusedException(403, "Forbidden: bot was blocked by the user");
        }
    }

    private void show(ChatMessage message) {
        keep(message);
        completeAwaited();
    }

    private void keep(ChatMessage message) {
        messages.put(message.json().path("message_id").asLong(), message);
        if (messages.size() > MOST_MESSAGES) {
            messages.remove(messages.keySet().iterator().next());
        }
    }
}
