package io.botfsm.telegrambots;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import java.util.Locale;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * An update as it came.
 *
 * @param update empty if it could not be read
 * @param unreadable why not
 */
record ReceivedUpdate(long id, JsonNode json, Optional<Update> update, Optional<FsmException> unreadable) {
    /** One update that cannot be read must not take along the others of the same answer. */
    static ReceivedUpdate of(JsonNode json, ObjectReader reader) {
        long id = json.get("update_id").longValue();
        try {
            return new ReceivedUpdate(id, json, Optional.of(reader.<Update>readValue(json)), Optional.empty());
        } catch (JsonMappingException e) {
            return unreadable(id, json, e.getPathReference());
        } catch (JsonProcessingException e) {
            return unreadable(id, json, e.getClass().getSimpleName());
        } catch (java.io.IOException e) {
            throw new IllegalStateException("there is no I/O", e);
        }
    }

    /** Jackson's message would quote the update. */
    private static ReceivedUpdate unreadable(long id, JsonNode json, String where) {
        FsmException why = new FsmException(String.format(
                Locale.ROOT, "update %d cannot be read as TelegramBots has it: %s", id, Text.oneLine(where)));
        return new ReceivedUpdate(id, json, Optional.empty(), Optional.of(why));
    }
}
