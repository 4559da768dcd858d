package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A message of a chat. Immutable: an edit creates a new one.
 *
 * @param json the message in the format of the Bot API
 * @param markup the markup that the bot set
 * @param shownAt the ordinal of this message or edit among those of the bot in the chat; 0 for a user's
 */
record ChatMessage(ObjectNode json, boolean fromBot, Optional<JsonNode> markup, long shownAt) {
    private static final String REPLY_MARKUP = "reply_markup";
    private static final String INLINE_KEYBOARD = "inline_keyboard";

    /** Only an inline keyboard is part of a message; other markups belong to the chat. */
    static void setInlineKeyboard(ObjectNode message, Optional<JsonNode> markup) {
        message.remove(REPLY_MARKUP);
        markup.filter(given -> !given.path(INLINE_KEYBOARD).isEmpty())
                .ifPresent(given -> message.set(REPLY_MARKUP, given));
    }

    ChatMessage edited(String text, long date, Optional<JsonNode> newMarkup, long newShownAt) {
        ObjectNode edited = json.deepCopy();
        edited.put("edit_date", date).put("text", text).remove("entities");
        setInlineKeyboard(edited, newMarkup);
        return new ChatMessage(edited, fromBot, newMarkup, newShownAt);
    }

    boolean readsLike(String text, Optional<JsonNode> newMarkup) {
        ObjectNode compared = Json.object();
        setInlineKeyboard(compared, newMarkup);
        return text.equals(json.path("text").asText())
                && compared.path(REPLY_MARKUP).equals(json.path(REPLY_MARKUP));
    }

    List<Button> buttons() {
        return keyboard().stream().flatMap(List::stream).toList();
    }

    private List<List<Button>> keyboard() {
        List<List<Button>> rows = new ArrayList<>();
        markup.ifPresent(given -> {
            JsonNode inline = given.path(INLINE_KEYBOARD);
            for (JsonNode row : inline.isMissingNode() ? given.path("keyboard") : inline) {
                List<Button> buttons = new ArrayList<>();
                row.forEach(button -> buttons.add(button(button)));
                rows.add(List.copyOf(buttons));
            }
        });
        return rows;
    }

    private static Button button(JsonNode button) {
        return new Button(
                button.isTextual() ? button.asText() : button.path("text").asText(),
                text(button, "callback_data"),
                text(button, "url"));
    }

    private static Optional<String> text(JsonNode node, String name) {
        return node.hasNonNull(name) ? Optional.of(node.path(name).asText()) : Optional.empty();
    }

    ShownMessage toShown() {
        return new ShownMessage(
                json.path("message_id").asLong(),
                fromBot,
                json.path("text").asText(),
                keyboard(),
                number("message_thread_id"),
                Instant.ofEpochSecond(json.path("date").asLong()),
                number("edit_date").map(Instant::ofEpochSecond));
    }

    private Optional<Long> number(String name) {
        return json.hasNonNull(name) ? Optional.of(json.path(name).asLong()) : Optional.empty();
    }
}
