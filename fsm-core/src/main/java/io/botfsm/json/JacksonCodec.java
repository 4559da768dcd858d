package io.botfsm.json;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.botfsm.internal.data.JacksonAnnotations;
import io.botfsm.internal.data.ReadProblem;
import io.botfsm.internal.data.RoundTrip;
import io.botfsm.internal.text.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A codec that uses Jackson 2.x, configured so that every value is read back equal: records, classes with properties,
 * {@code java.time}, big integers and decimals with every digit, NaN and infinities (as the bare words {@code NaN},
 * {@code Infinity} and {@code -Infinity}, as in Python). Properties that {@code @JsonInclude} or the mapper would omit
 * are written. A value that would not be read back equal is refused when it is written, for example because an
 * annotation drops a property, a private field has no accessor, or the class of a value is not the declared one.
 * Numbers in a property declared as {@code Object} may change their class, but not their value. Mark as
 * {@code transient} the fields that need not be stored. Strings and names may have any length, numbers up to
 * 2<sup>20</sup> digits; objects and lists may be nested 1,000 levels deep.
 *
 * <p>The codec is strict where leniency would lose or invent data: errors are a missing primitive, a number in quotes,
 * a fraction where a whole number is expected, a duplicate name in one object, and anything after the value. Unknown
 * properties are ignored. Types are never taken from the text (no default typing).
 *
 * <p>Thread-safe. Needs Jackson 2.16 or newer.
 */
public final class JacksonCodec implements JsonCodec {
    private static final int LONGEST_NUMBER = 1 << 20;
    private static final String JSON_NULL = "null";

    private final ObjectMapper mapper;
    private final RoundTrip<JsonProcessingException> roundTrip;

    private final ClassValue<DataShape> shapes = new ClassValue<>() {
        @Override
        protected DataShape computeValue(Class<?> type) {
            return DataShape.of(type, mapper);
        }
    };

    /** Creates a codec with its own mapper. */
    public JacksonCodec() {
        this(new JsonMapper(), true);
    }

    /**
     * Creates a codec with the modules and mix-ins of your mapper. It uses a copy of the mapper, configured as the
     * class description says. Since a module may change how any type is written, every value is read back before it is
     * stored.
     *
     * @throws IllegalArgumentException if the mapper takes types from the text (default typing)
     */
    public JacksonCodec(ObjectMapper custom) {
        this(requireNonNull(custom, "mapper"), false);
    }

    private JacksonCodec(ObjectMapper custom, boolean own) {
        if (custom.getDeserializationConfig().getDefaultTyper(null) != null
                || custom.getSerializationConfig().getDefaultTyper(null) != null) {
            throw new IllegalArgumentException(
                    "default typing lets stored text choose classes: use a mapper without it");
        }
        mapper = strict(custom.copy());
        roundTrip = new RoundTrip<>(new JacksonRoundTrip(mapper), own);
    }

    @SuppressWarnings("deprecation") // configure(MapperFeature, boolean): the builder cannot start from a user's mapper
    private static ObjectMapper strict(ObjectMapper copy) {
        copy.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .setStreamWriteConstraints(StreamWriteConstraints.defaults()); // the same depth as for reading
        copy.getFactory()
                .configure(
                        StreamWriteFeature.USE_FAST_DOUBLE_WRITER.mappedFeature(),
                        true) // shortest digits on Java 17 too
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature())
                .enable(StreamWriteFeature.STRICT_DUPLICATE_DETECTION.mappedFeature())
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS.mappedFeature())
                .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS.mappedFeature());
        return AlwaysIncluded.on(copy)
                .registerModule(new JavaTimeModule())
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
                .setConfig(copy.getDeserializationConfig()
                        .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature())
                        .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES));
    }

    @Override
    public String write(Object value) {
        try {
            String json = readable(mapper.writeValueAsString(requireNonNull(value, "value")));
            roundTrip.require(value, json);
            return json;
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        } catch (StackOverflowError e) {
            throw unwritable(value, ReadProblem.TOO_DEEP);
        }
    }

    @Override
    public <T> String write(T value, GenericType<T> type) {
        requireNonNull(value, "value");
        JavaType declared = mapper.constructType(requireNonNull(type, "type").type());
        try {
            String json = readable(mapper.writerFor(declared).writeValueAsString(value));
            roundTrip.require(value, json, type.type());
            return json;
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        } catch (StackOverflowError e) {
            throw unwritable(value, ReadProblem.TOO_DEEP);
        }
    }

    @Override
    public <T> Optional<T> read(String json, GenericType<T> type) {
        requireNonNull(json, "json");
        JavaType declared = mapper.constructType(requireNonNull(type, "type").type());
        try {
            return Optional.ofNullable(mapper.readValue(json, declared));
        } catch (JsonProcessingException e) {
            throw new UnreadableDataException("", type.type(), CodecProblem.of(e));
        } catch (NumberFormatException e) { // NaN has no decimal value
            throw new UnreadableDataException("", type.type(), ReadProblem.notOf(declared.getRawClass()));
        } catch (StackOverflowError e) {
            throw new UnreadableDataException("", type.type(), ReadProblem.TOO_DEEP);
        }
    }

    @Override
    public Map<String, String> split(Object record) {
        DataShape shape = shapes.get(requireNonNull(record, "record").getClass());
        Map<String, String> entries = new LinkedHashMap<>();
        try (TokenBuffer tokens = new TokenBuffer(mapper, false)) {
            mapper.writeValue(tokens, record);
            JsonParser properties = tokens.asParser();
            if (properties.nextToken() != JsonToken.START_OBJECT) {
                throw RoundTrip.refusal(record.getClass(), "it is not written as an object");
            }
            while (properties.nextToken() == JsonToken.FIELD_NAME) {
                String name = properties.currentName();
                properties.nextToken();
                if (shape.writes(name)) {
                    entries.put(name, readable(text(properties)));
                } else {
                    properties.skipChildren();
                }
            }
            if (!roundTrip.isCertain(record.getClass())) {
                requireReadable(record, entries);
            }
        } catch (JsonProcessingException e) {
            throw unwritable(record, e);
        } catch (StackOverflowError e) {
            throw unwritable(record, ReadProblem.TOO_DEEP);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private void requireReadable(Object record, Map<String, String> entries) {
        Map<String, String> stored = new LinkedHashMap<>(entries);
        stored.values().removeIf(JSON_NULL::equals);
        Optional<?> readBack;
        try {
            readBack = join(stored, record.getClass());
        } catch (UnreadableDataException e) {
            throw RoundTrip.refusal(record.getClass(), e.problem());
        }
        roundTrip.requireSame(record, readBack.orElse(null));
    }

    @Override
    public Set<String> names(Class<?> type) {
        return shapes.get(type).names();
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
        DataShape shape = shapes.get(requireNonNull(type, "type"));
        if (!shape.isIn(data)) {
            return Optional.empty();
        }
        try (TokenBuffer tokens = new TokenBuffer(mapper, false)) {
            tokens.forceUseOfBigDecimal(true);
            tokens.writeStartObject();
            for (Map.Entry<String, String> property :
                    shape.entriesByProperty(data).entrySet()) {
                String entry = property.getValue();
                tokens.writeFieldName(property.getKey());
                append(tokens, entry, data.getOrDefault(entry, JSON_NULL), type);
            }
            tokens.writeEndObject();
            return Optional.of(mapper.readValue(tokens.asParser(), type));
        } catch (JsonProcessingException e) {
            throw new UnreadableDataException(CodecProblem.property(e), type, CodecProblem.of(e));
        } catch (StackOverflowError e) {
            throw new UnreadableDataException("", type, ReadProblem.TOO_DEEP);
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
     * Returns the text to be stored, after checking that its numbers can be read. Only a text that is longer than the
     * longest readable number can contain a number that cannot.
     */
    private String readable(String json) throws JsonProcessingException {
        String text = wellFormed(json);
        if (text.length() > LONGEST_NUMBER) {
            try (JsonParser tokens = mapper.getFactory().createParser(text)) {
                while (tokens.nextToken() != null) {
                    // the parser checks each token against the limits for reading
                }
            } catch (JsonProcessingException e) {
                throw e;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return text;
    }

    /**
     * Escapes unpaired surrogates. They cannot be encoded in UTF-8, but can be written as an escape inside a JSON
     * string. Newer versions of Jackson do not read such an escape in a property name; what would not be read back is
     * refused.
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
        return unwritable(value, e instanceof InvalidDefinitionException ? e.getOriginalMessage() : CodecProblem.of(e));
    }

    private static IllegalArgumentException unwritable(Object value, String why) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a %s cannot be written as JSON: %s%s",
                value.getClass().getName(),
                why,
                JacksonAnnotations.remark(value.getClass())));
    }
}
