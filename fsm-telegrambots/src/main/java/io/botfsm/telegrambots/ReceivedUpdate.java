package io.botfsm.telegrambots;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BinaryNode;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.inbox.InboxUpdate;
import java.util.Locale;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * An update as it was received.
 *
 * @param update the update; empty if it could not be read
 * @param unreadable why it could not be read
 */
record ReceivedUpdate(long id, JsonNode json, Optional<Update> update, Optional<FsmException> unreadable) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final ObjectReader UPDATE = JSON.readerFor(Update.class);
    /** The id of a stored update whose content is not an update of Telegram. */
    private static final long NO_ID = -1;

    /** An update that cannot be read must not affect the others of the same response. */
    static ReceivedUpdate of(JsonNode json) {
        long id = json.get("update_id").longValue();
        try {
            return new ReceivedUpdate(id, json, Optional.of(UPDATE.<Update>readValue(json)), Optional.empty());
        } catch (JsonMappingException e) {
            return unreadable(id, json, e.getPathReference());
        } catch (JsonProcessingException e) {
            return unreadable(id, json, e.getClass().getSimpleName());
        } catch (java.io.IOException e) {
            throw new IllegalStateException("there is no I/O", e);
        }
    }

    /** Reads an update from an inbox, whatever is stored there. */
    static ReceivedUpdate of(InboxUpdate stored) {
        try {
            JsonNode json = JSON.readTree(stored.content());
            if (stored.id().equals(json.path("update_id").asText())
                    && json.path("update_id").isIntegralNumber()) {
                return of(json);
            }
        } catch (java.io.IOException e) {
            // no JSON
        }
        return unreadable(NO_ID, new BinaryNode(stored.content()), "its content in the inbox");
    }

    /** Returns the content for an inbox. Jackson escapes surrogates in bytes, so that unpaired ones survive. */
    byte[] content() {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("there is no I/O", e);
        }
    }

    /** Jackson's message would quote the update. */
    private static ReceivedUpdate unreadable(long id, JsonNode json, String problem) {
        FsmException why = new FsmException(
                String.format(Locale.ROOT, "update %d cannot be read by TelegramBots: %s", id, Text.oneLine(problem)));
        return new ReceivedUpdate(id, json, Optional.empty(), Optional.of(why));
    }
}
