package io.botfsm;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.botfsm.internal.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Jackson 2.x, set so that what is written is read back equal: records, classes with properties, {@code java.time}, big
 * integers and decimals with every digit. Strict where leniency would lose or invent something: an absent primitive is an
 * error, so are numbers in quotes, fractions for whole numbers, and anything after the value. Unknown properties are
 * ignored. Types are never taken from the text (no default typing).
 *
 * <p>Thread-safe. Needs Jackson 2.15 or newer.
 */
public final class JacksonCodec implements JsonCodec {
    private static final int LONGEST_NUMBER = 1 << 20;

    private final ObjectMapper mapper;

    private final ClassValue<DataShape> shapes = new ClassValue<>() {
        @Override
        protected DataShape computeValue(Class<?> type) {
            return DataShape.of(type, mapper);
        }
    };

    /** A codec with a mapper of its own. */
    public JacksonCodec() {
        this(new JsonMapper());
    }

    /**
     * A codec with the modules and mix-ins of your mapper. Works on a copy, on which it sets what the class description
     * promises.
     *
     * @throws IllegalArgumentException if the mapper takes types from the text (default typing)
     */
    public JacksonCodec(ObjectMapper custom) {
        if (custom.getDeserializationConfig().getDefaultTyper(null) != null
                || custom.getSerializationConfig().getDefaultTyper(null) != null) {
            throw new IllegalArgumentException("a mapper with default typing lets stored text choose classes: refused");
        }
        mapper = strict(custom.copy());
    }

    @SuppressWarnings("deprecation") // configure(MapperFeature, boolean): the builder cannot start from a user's mapper
    private static ObjectMapper strict(ObjectMapper copy) {
        copy.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(LONGEST_NUMBER)
                        .build());
        return copy.registerModule(new JavaTimeModule())
                .registerModule(new SimpleModule("botfsm").setDeserializerModifier(new RequiredPrimitives()))
                .configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false)
                .disable(
                        SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
                        SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(SerializationFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(
                        DeserializationFeature.ACCEPT_FLOAT_AS_INT,
                        DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE,
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .setConfig(copy.getDeserializationConfig().without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES));
    }

    @Override
    public String write(Object value) {
        try {
            return wellFormed(mapper.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        }
    }

    @Override
    public <T> Optional<T> read(String json, Class<T> type) {
        try {
            return Optional.ofNullable(mapper.readValue(json, type));
        } catch (JsonProcessingException e) {
            throw new UnreadableDataException("", type, CodecProblem.of(e));
        }
    }

    @Override
    public Map<String, String> split(Object record) {
        DataShape shape = shapes.get(record.getClass());
        Map<String, String> entries = new LinkedHashMap<>();
        try (TokenBuffer tokens = new TokenBuffer(mapper, false)) {
            mapper.writeValue(tokens, record);
            JsonParser properties = tokens.asParser();
            properties.nextToken();
            while (properties.nextToken() == JsonToken.FIELD_NAME) {
                String name = properties.currentName();
                properties.nextToken();
                if (shape.has(name)) {
                    entries.put(name, wellFormed(text(properties)));
                } else {
                    properties.skipChildren();
                }
            }
            return entries;
        } catch (JsonProcessingException e) {
            throw unwritable(record, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text(JsonParser value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = mapper.getFactory().createGenerator(text)) {
            generator.copyCurrentStructure(value);
        }
        return text.toString();
    }

    @Override
    public <T> Optional<T> join(Map<String, String> data, Class<T> type) {
        DataShape shape = shapes.get(type);
        if (!shape.isIn(data)) {
            return Optional.empty();
        }
        shape.requirePrimitives(data);
        try (TokenBuffer tokens = new TokenBuffer(mapper, false)) {
            tokens.forceUseOfBigDecimal(true);
            tokens.writeStartObject();
            for (String name : shape.names()) {
                String json = data.get(name);
                if (json != null) {
                    tokens.writeFieldName(name);
                    append(tokens, name, json, type);
                }
            }
            tokens.writeEndObject();
            return Optional.of(mapper.readValue(tokens.asParser(), type));
        } catch (JsonProcessingException e) {
            throw new UnreadableDataException(CodecProblem.property(e), type, CodecProblem.of(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(TokenBuffer tokens, String name, String json, Class<?> type) throws IOException {
        try (JsonParser parser = mapper.getFactory().createParser(json)) {
            if (parser.nextToken() == null) {
                throw new UnreadableDataException(name, type, "empty text");
            }
            tokens.copyCurrentStructure(parser);
            if (parser.nextToken() != null) {
                throw new UnreadableDataException(name, type, "more than one value");
            }
        } catch (JsonProcessingException e) {
            throw new UnreadableDataException(name, type, CodecProblem.of(e));
        }
    }

    /**
     * Half a surrogate pair cannot be stored in UTF-8; inside a JSON string it can be written as an escape. Newer Jacksons
     * do not read such an escape in a property's name: what would not be read back is refused.
     */
    private String wellFormed(String json) throws JsonProcessingException {
        int at = Text.unpairedSurrogate(json, 0);
        if (at < 0) {
            return json;
        }
        StringBuilder escaped = new StringBuilder(json.length() + 16);
        int from = 0;
        for (; at >= 0; at = Text.unpairedSurrogate(json, from)) {
            escaped.append(json, from, at).append(String.format(Locale.ROOT, "\\u%04x", (int) json.charAt(at)));
            from = at + 1;
        }
        String text = escaped.append(json, from, json.length()).toString();
        mapper.readTree(text);
        return text;
    }

    private static IllegalArgumentException unwritable(Object value, JsonProcessingException e) {
        String why = e instanceof InvalidDefinitionException ? e.getOriginalMessage() : CodecProblem.of(e);
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a %s cannot be written as JSON: %s",
                value.getClass().getName(),
                why));
    }
}
