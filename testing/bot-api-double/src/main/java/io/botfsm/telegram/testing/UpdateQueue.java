package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** The updates that the bot has not confirmed, in order. Not thread-safe. */
final class UpdateQueue {
    /** The update types that a bot must request explicitly. */
    private static final Set<String> NOT_BY_DEFAULT =
            Set.of("chat_member", "message_reaction", "message_reaction_count");
    /** An offset further than this beyond the newest update is from an earlier sequence of ids, and ignored. */
    private static final int OFFSET_SLACK = 10;

    private final Deque<Update> unconfirmed = new ArrayDeque<>();
    private Set<String> allowed = Set.of();
    private long nextId;

    UpdateQueue(long firstId) {
        nextId = firstId;
    }

    /** An update, its JSON text, and the chat or user whose updates come in order. */
    record Update(long id, String json, String chat) {}

    /** Sets the requested types; none means the default ones. */
    void allow(JsonNode types) {
        Set<String> names = new HashSet<>();
        types.forEach(type -> names.add(type.asText()));
        allowed = Set.copyOf(names);
    }

    /** Adds an update; empty if the bot has not requested updates of this type. */
    OptionalLong add(String type, ObjectNode content) {
        if (allowed.isEmpty() ? NOT_BY_DEFAULT.contains(type) : !allowed.contains(type)) {
            return OptionalLong.empty();
        }
        ObjectNode update = Json.object().put("update_id", nextId);
        update.set(type, content);
        unconfirmed.add(new Update(nextId, Json.write(update), chat(content)));
        return OptionalLong.of(nextId++);
    }

    private static String chat(JsonNode content) {
        JsonNode origin = content.has("message") ? content.path("message") : content;
        String chat = origin.path("chat").path("id").asText();
        return chat.isEmpty() ? content.path("from").path("id").asText() : chat;
    }

    /** Returns all unconfirmed updates. */
    List<Update> all() {
        return List.copyOf(unconfirmed);
    }

    void remove(long id) {
        unconfirmed.removeIf(update -> update.id == id);
    }

    /**
     * Confirms the updates before the offset, and returns at most {@code limit} of the others, which stay in the queue.
     */
    List<Update> from(long offset, int limit) {
        if (offset < 0) {
            while (unconfirmed.size() > -offset) {
                unconfirmed.remove();
            }
        } else if (offset <= nextId + OFFSET_SLACK) {
            while (!unconfirmed.isEmpty() && unconfirmed.element().id < offset) {
                unconfirmed.remove();
            }
        }
        return unconfirmed.stream().limit(limit).toList();
    }

    int size() {
        return unconfirmed.size();
    }

    void clear() {
        unconfirmed.clear();
    }

    void continueAt(long id) {
        if (!unconfirmed.isEmpty()) {
            throw new IllegalStateException(unconfirmed.size() + " updates are not confirmed yet");
        }
        nextId = id;
    }
}
