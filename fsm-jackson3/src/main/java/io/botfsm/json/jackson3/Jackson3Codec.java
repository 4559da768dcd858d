package io.botfsm.json.jackson3;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.JacksonAnnotations;
import io.botfsm.internal.data.ReadProblem;
import io.botfsm.internal.data.RoundTrip;
import io.botfsm.internal.text.Text;
import io.botfsm.json.GenericType;
import io.botfsm.json.JsonCodec;
import io.botfsm.json.UnreadableDataException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.introspect.AnnotationIntrospectorPair;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.util.TokenBuffer;

/**
 * A codec that uses Jackson 3, configured as {@link io.botfsm.json.JacksonCodec} configures Jackson 2, so that every
 * value is read back equal: records, classes with properties, {@code java.time}, big integers and decimals with every
 * digit, NaN and infinities (as the bare words {@code NaN}, {@code Infinity} and {@code -Infinity}, as in Python).
 * Properties that {@code @JsonInclude} or the mapper would omit are written. A value that would not be read back equal
 * is refused when it is written, for example because an annotation drops a property, a private field has no accessor,
 * or the class of a value is not the declared one. Numbers in a property declared as {@code Object} may change their
 * class, but not their value. Mark as {@code transient} the fields that need not be stored. Strings and names may have
 * any length, numbers up to 2<sup>20</sup> digits; objects and lists may be nested 1,000 levels deep.
 *
 * <p>The codec is strict where leniency would lose or invent data: errors are a missing primitive, a number in quotes,
 * a fraction where a whole number is expected, a duplicate name in one object, and anything after the value. Unknown
 * properties are ignored. Types are never taken from the text (no default typing).
 *
 * <p>The two codecs read each other's texts, so a bot may switch from one to the other and back.
 *
 * <p>Thread-safe. Needs Jackson 3.1 or newer.
 */
public final class Jackson3Codec implements JsonCodec {
    private static final int LONGEST_NUMBER = 1 << 20;

    /** The depth that Jackson 2 allows; the default of Jackson 3 is half of it. */
    private static final int DEEPEST_NESTING = 1_000;

    private static final String JSON_NULL = "null";

    private final JsonMapper mapper;
    private final RoundTrip<JacksonException> roundTrip;

    private final ClassValue<DataProperties> shapes = new ClassValue<>() {
        @Override
        protected DataProperties computeValue(Class<?> type) {
            return DataProperties.of(type, mapper);
        }
    };

    /**
     * Creates a codec with its own mapper. It refuses {@link Optional} and similar types, as the Jackson 2 codec does.
     */
    public Jackson3Codec() {
        this(settings -> settings.addModule(RefusedOptional.module()), true);
    }

    /**
     * Creates a codec with modules and mix-ins of your choice. The settings of the class description are applied after
     * them. Since a module may change how any type is written, every value is read back before it is stored.
     *
     * @param settings adds modules and mix-ins
     * @throws IllegalArgumentException if they take types from the text (default typing)
     */
    public Jackson3Codec(Consumer<? super JsonMapper.Builder> settings) {
        this(requireNonNull(settings, "settings"), false);
    }

    private Jackson3Codec(Consumer<? super JsonMapper.Builder> settings, boolean own) {
        JsonMapper.Builder builder = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST_NESTING)
                                .maxNumberLength(LONGEST_NUMBER)
                                .maxStringLength(Integer.MAX_VALUE)
                                .maxNameLength(Integer.MAX_VALUE)
                                .build())
                        .streamWriteConstraints(StreamWriteConstraints.builder()
                                .maxNestingDepth(DEEPEST_NESTING)
                                .build())
                        .build())
                .configureForJackson2();
        settings.accept(builder);
        mapper = strict(builder).build();
        JavaType any = mapper.constructType(Object.class);
        if (mapper.serializationConfig().getDefaultTyper(any) != null) {
            throw new IllegalArgumentException(
                    "default typing lets stored text choose classes: use settings without it");
        }
        roundTrip = new RoundTrip<>(new Jackson3RoundTrip(mapper), own);
    }

    private static JsonMapper.Builder strict(JsonMapper.Builder builder) {
        return builder.annotationIntrospector(
                        new AnnotationIntrospectorPair(new AlwaysWritten(), builder.annotationIntrospector()))
                .changeDefaultPropertyInclusion(any -> AlwaysWritten.ALWAYS)
                .withConfigOverride(Map.class, each -> each.setInclude(AlwaysWritten.ALWAYS))
                .addModule(new SimpleModule("botfsm").setDeserializerModifier(new NeededPrimitives()))
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER) // shortest digits on Java 17 too
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(StreamWriteFeature.STRICT_DUPLICATE_DETECTION)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(
                        DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                        DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                        DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(SerializationFeature.WRITE_EMPTY_JSON_ARRAYS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
    }

    @Override
    public String write(Object value) {
        try {
            String json = readable(mapper.writeValueAsString(requireNonNull(value, "value")));
            roundTrip.require(value, json);
            return json;
        } catch (JacksonException e) {
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
        } catch (JacksonException e) {
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
        } catch (JacksonException e) {
            throw new UnreadableDataException("", type.type(), Jackson3Problem.of(e));
        } catch (NumberFormatException e) { // NaN cannot be a BigDecimal
            throw new UnreadableDataException("", type.type(), ReadProblem.notOf(declared.getRawClass()));
        } catch (StackOverflowError e) {
            throw new UnreadableDataException("", type.type(), ReadProblem.TOO_DEEP);
        }
    }

    @Override
    public Map<String, String> split(Object record) {
        DataProperties shape = shapes.get(requireNonNull(record, "record").getClass());
        Map<String, String> entries = new LinkedHashMap<>();
        try (TokenBuffer tokens = new TokenBuffer(mapper._serializationContext(), false)) {
            mapper.writeValue(tokens, record);
            JsonParser properties = tokens.asParser(mapper._deserializationContext());
            if (properties.nextToken() != JsonToken.START_OBJECT) {
                throw RoundTrip.refusal(record.getClass(), "it is not written as an object");
            }
            while (properties.nextToken() == JsonToken.PROPERTY_NAME) {
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
        } catch (JacksonException e) {
            throw unwritable(record, e);
        } catch (StackOverflowError e) {
            throw unwritable(record, ReadProblem.TOO_DEEP);
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

    private String text(JsonParser value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = mapper.createGenerator(text)) {
            generator.copyCurrentStructure(value);
        }
        return text.toString();
    }

    @Override
    public <T> Optional<T> join(Map<String, String> data, Class<T> type) {
        DataProperties shape = shapes.get(requireNonNull(type, "type"));
        if (!shape.isIn(data)) {
            return Optional.empty();
        }
        try (TokenBuffer tokens = new TokenBuffer(mapper._serializationContext(), false)) {
            tokens.forceUseOfBigDecimal(true);
            tokens.writeStartObject();
            for (Map.Entry<String, String> property :
                    shape.entriesByProperty(data).entrySet()) {
                String entry = property.getValue();
                tokens.writeName(property.getKey());
                append(tokens, entry, data.getOrDefault(entry, JSON_NULL), type);
            }
            tokens.writeEndObject();
            return Optional.of(mapper.readValue(tokens.asParser(mapper._deserializationContext()), type));
        } catch (JacksonException e) {
            throw new UnreadableDataException(Jackson3Problem.property(e), type, Jackson3Problem.of(e));
        } catch (StackOverflowError e) {
            throw new UnreadableDataException("", type, ReadProblem.TOO_DEEP);
        }
    }

    private void append(TokenBuffer tokens, String name, String json, Class<?> type) {
        try (JsonParser parser = mapper.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new UnreadableDataException(name, type, "empty text");
            }
            tokens.copyCurrentStructure(parser);
            if (parser.nextToken() != null) {
                throw new UnreadableDataException(name, type, "more than one value");
            }
        } catch (JacksonException e) {
            throw new UnreadableDataException(name, type, Jackson3Problem.of(e));
        }
    }

    /**
     * Returns the text to be stored. Only a text longer than the longest readable number can contain an unreadable one.
     */
    private String readable(String json) {
        String text = wellFormed(json);
        if (text.length() > LONGEST_NUMBER) {
            try (JsonParser tokens = mapper.createParser(text)) {
                while (tokens.nextToken() != null) {
                    // the parser enforces the read limits
                }
            }
        }
        return text;
    }

    /**
     * Escapes unpaired surrogates. They cannot be encoded in UTF-8, but can be written as an escape inside a JSON
     * string. Newer versions of Jackson do not read such an escape in a property name; what would not be read back is
     * refused.
     */
    private String wellFormed(String json) {
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

    private static IllegalArgumentException unwritable(Object value, JacksonException e) {
        return unwritable(
                value, e instanceof InvalidDefinitionException ? e.getOriginalMessage() : Jackson3Problem.of(e));
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
