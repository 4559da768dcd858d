package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The button presses that the bot may answer, and its answers. Thread-safe. */
final class CallbackQueries {
    private static final int MOST = 10_000;

    /** Maps query ids to the user who pressed the button. */
    private final Map<String, Long> asked = new LinkedHashMap<>();

    private final BoundedHistory<Given> given = new BoundedHistory<>(MOST);
    private long nextId;

    CallbackQueries(long firstId) {
        nextId = firstId;
    }

    private record Given(long user, String text) {}

    synchronized ObjectNode ask(long user, ObjectNode from, ChatMessage message, String data) {
        String id = Long.toString(nextId++);
        asked.put(id, user);
        if (asked.size() > MOST) {
            asked.remove(asked.keySet().iterator().next());
        }
        ObjectNode query = Json.object().put("id", id);
        query.set("from", from);
        query.set("message", message.json());
        return query.put("chat_instance", Long.toString(user)).put("data", data);
    }

    synchronized BotApiResponse answer(Parameters parameters) {
        Long user = asked.get(parameters.text("callback_query_id").orElse(""));
        if (user == null) {
            throw RequestRefusedException.badRequest(
                    "query is too old and response timeout expired or query ID is invalid");
        }
        given.add(new Given(user, parameters.text("text").orElse("")));
        return BotApiResponse.TRUE;
    }

    /** Returns the texts of the answers to a user's presses; an empty text for an answer without one. */
    synchronized List<String> answersTo(long user) {
        return given.all().stream()
                .filter(answer -> answer.user == user)
                .map(Given::text)
                .toList();
    }
}
