package io.botfsm.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.FoundConversation;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lines of an export, each a JSON object: a header, one line for each conversation, and a last line by which a
 * truncated file is recognized. An invalid line is reported by an {@link ImportRefusedException} with its number.
 */
final class ExportLines {
    /** The version of the format that is written, which is also the newest that can be read. */
    static final int VERSION = 1;

    private static final String FORMAT = "botfsm-conversations";
    private static final String COUNT = "conversations";
    private static final Set<String> FIELDS =
            Set.of("key", "state", "data", "attributes", "deadline", "version", "since", "touched");

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ExportLines() {}

    static String header() throws JsonProcessingException {
        return JSON.writeValueAsString(
                JSON.createObjectNode().put("format", FORMAT).put("version", VERSION));
    }

    static String of(FoundConversation conversation) throws JsonProcessingException {
        Snapshot snapshot = conversation.snapshot();
        ObjectNode line = JSON.createObjectNode().put("key", conversation.key().toText());
        snapshot.state().ifPresent(state -> line.put("state", state));
        if (!snapshot.data().isEmpty()) {
            putAll(line.putObject("data"), snapshot.data());
        }
        if (!snapshot.attributes().isEmpty()) {
            putAll(line.putObject("attributes"), snapshot.attributes());
        }
        snapshot.deadline().ifPresent(time -> line.put("deadline", time.toString()));
        line.put("version", snapshot.version());
        snapshot.since().ifPresent(time -> line.put("since", time.toString()));
        snapshot.touched().ifPresent(time -> line.put("touched", time.toString()));
        return JSON.writeValueAsString(line);
    }

    private static void putAll(ObjectNode object, Map<String, String> entries) {
        entries.forEach(object::put);
    }

    static String last(long conversations) throws JsonProcessingException {
        return JSON.writeValueAsString(JSON.createObjectNode().put(COUNT, conversations));
    }

    static void requireHeader(String line) {
        JsonNode header = object(1, line);
        if (!FORMAT.equals(header.path("format").textValue())
                || !header.path("version").isIntegralNumber()
                || header.path("version").bigIntegerValue().signum() < 1) {
            throw new ImportRefusedException(1, "it is not the header of a conversation export");
        }
        BigInteger version = header.path("version").bigIntegerValue();
        if (version.compareTo(BigInteger.valueOf(VERSION)) > 0) {
            throw new ImportRefusedException(
                    1,
                    "the export is of format " + version + ", and this build reads formats up to " + VERSION
                            + ": import it with a newer build");
        }
    }

    static JsonNode object(long number, String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) { // its message would quote the line
            throw new ImportRefusedException(number, "it is not JSON");
        }
        if (!node.isObject()) {
            throw new ImportRefusedException(number, "it is not a JSON object");
        }
        return node;
    }

    static boolean isLast(JsonNode line) {
        return line.size() == 1 && line.has(COUNT);
    }

    static void requireCount(long number, JsonNode last, long conversations) {
        if (!last.path(COUNT).isIntegralNumber()
                || !last.path(COUNT).bigIntegerValue().equals(BigInteger.valueOf(conversations))) {
            throw new ImportRefusedException(
                    number, "its count does not match the " + conversations + " conversations before it");
        }
    }

    static FoundConversation conversation(long number, JsonNode line) {
        line.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new ImportRefusedException(number, "it has a field that format " + VERSION + " does not have");
            }
        });
        Snapshot.Builder snapshot = Snapshot.builder()
                .state(text(number, line, "state"))
                .data(texts(number, line, "data"))
                .attributes(texts(number, line, "attributes"))
                .deadline(time(number, line, "deadline"))
                .since(time(number, line, "since"))
                .touched(time(number, line, "touched"));
        FoundConversation conversation = FoundConversation.of(key(number, line), snapshot.build());
        requireStorable(number, conversation.snapshot());
        return conversation;
    }

    private static StorageKey key(long number, JsonNode line) {
        Optional<String> key = text(number, line, "key");
        try {
            return StorageKey.parse(key.orElseThrow(() -> new ImportRefusedException(number, "it has no key")));
        } catch (IllegalArgumentException e) {
            throw new ImportRefusedException(number, "its key is not the text of a key");
        }
    }

    private static void requireStorable(long number, Snapshot snapshot) {
        if (!CarriedConversation.isThere(snapshot)) {
            throw new ImportRefusedException(number, "it has neither a state nor data");
        }
        try {
            var unused = CarriedConversation.onto(snapshot, Snapshot.none());
        } catch (IllegalArgumentException e) {
            throw new ImportRefusedException(
                    number,
                    "it cannot be stored: it has an unpaired surrogate, an invalid attribute name, a time out of"
                            + " range, or exceeds the limits of a single write");
        }
    }

    private static Optional<String> text(long number, JsonNode line, String field) {
        JsonNode value = line.path(field);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw new ImportRefusedException(number, "its " + field + " is not a text");
        }
        return Optional.ofNullable(value.textValue());
    }

    private static Map<String, String> texts(long number, JsonNode line, String field) {
        JsonNode object = line.path(field);
        if (!object.isMissingNode() && !object.isObject()) {
            throw new ImportRefusedException(number, "its " + field + " is not an object");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        object.fieldNames().forEachRemaining(name -> {
            JsonNode value = object.path(name);
            if (!value.isTextual()) {
                throw new ImportRefusedException(number, "an entry of its " + field + " is not a text");
            }
            texts.put(name, value.textValue());
        });
        return texts;
    }

    private static Optional<Instant> time(long number, JsonNode line, String field) {
        try {
            return text(number, line, field).map(Instant::parse);
        } catch (DateTimeException e) {
            throw new ImportRefusedException(number, "its " + field + " is not a time as in 2026-01-31T12:00:00Z");
        }
    }
}
