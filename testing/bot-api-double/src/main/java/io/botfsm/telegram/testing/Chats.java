package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** All chats that the bot may write to: those of users, and those an update came from. Thread-safe. */
final class Chats {
    /** The types of updates that a chat keeps as messages; others only pass through. */
    private static final List<String> MESSAGES = List.of("message", "channel_post");

    private final LongPolls updates;
    private final Map<Long, Chat> chats = new ConcurrentHashMap<>();

    Chats(LongPolls updates) {
        this.updates = updates;
    }

    Chat open(long id, ObjectNode chat) {
        return chats.computeIfAbsent(id, unknown -> new Chat(chat, updates));
    }

    Optional<Chat> find(long id) {
        return Optional.ofNullable(chats.get(id));
    }

    /** The chat that a request of the bot names. */
    Chat named(Parameters parameters) {
        String name = parameters
                .text("chat_id")
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> RequestRefusedException.badRequest("chat_id is empty"));
        return Optional.of(name)
                .filter(text -> text.matches("-?\\d{1,18}"))
                .flatMap(text -> find(Long.parseLong(text)))
                .orElseThrow(() -> RequestRefusedException.badRequest("chat not found"));
    }

    /** Delivers an update of any type, and makes its chat known. */
    OptionalLong deliver(ObjectNode update) {
        update.remove("update_id");
        if (update.size() != 1 || !(update.elements().next() instanceof ObjectNode content)) {
            throw new IllegalArgumentException(
                    "an update has one object, its content, but there are " + update.size() + " fields");
        }
        String type = update.fieldNames().next();
        JsonNode origin = content.has("message") ? content.path("message") : content;
        if (origin.path("chat") instanceof ObjectNode chat && chat.has("id")) {
            Chat known = open(chat.path("id").asLong(), chat.deepCopy());
            if (MESSAGES.contains(type)) {
                return known.receive(type, content);
            }
        }
        return updates.deliver(type, content);
    }
}
