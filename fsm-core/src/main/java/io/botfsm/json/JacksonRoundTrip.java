package io.botfsm.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedField;
import io.botfsm.internal.data.RoundTrip;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations of Jackson 2 that {@link RoundTrip} needs. */
record JacksonRoundTrip(ObjectMapper mapper) implements RoundTrip.Codec<JsonProcessingException> {
    private record Field(AnnotatedField field) implements RoundTrip.StateField {
        @Override
        public String name() {
            return field.getName();
        }

        @Override
        public @Nullable Object valueIn(Object object) {
            return field.getValue(object);
        }

        /** Whether the field can be read. A module need not open its fields to Jackson. */
        boolean isAccessible() {
            try {
                field.fixAccess(true);
                return true;
            } catch (IllegalArgumentException closed) {
                return false;
            }
        }
    }

    @Override
    public String write(Object value) throws JsonProcessingException {
        return mapper.writeValueAsString(value);
    }

    @Override
    public @Nullable Object readBack(Class<?> written, String json, Type type) {
        try {
            return mapper.readValue(json, mapper.constructType(type));
        } catch (JsonProcessingException e) {
            throw RoundTrip.refusal(written, CodecProblem.of(e));
        }
    }

    @Override
    public boolean hasTypeId(Class<?> type) {
        try {
            return mapper.getSerializerProviderInstance().findTypeSerializer(mapper.constructType(type)) != null;
        } catch (JsonProcessingException e) {
            throw RoundTrip.refusal(type, CodecProblem.of(e));
        }
    }

    @Override
    public boolean writesAlike(Object a, Object b) {
        return mapper.valueToTree(a).equals(mapper.valueToTree(b));
    }

    @Override
    public boolean isTree(Class<?> type) {
        return JsonNode.class.isAssignableFrom(type);
    }

    @Override
    public List<Field> stateOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (AnnotatedField field : mapper.getSerializationConfig()
                .introspect(mapper.constructType(type))
                .getClassInfo()
                .fields()) {
            Field readable = new Field(field);
            if (!field.isTransient() && readable.isAccessible()) {
                fields.add(readable);
            }
        }
        return fields;
    }
}
