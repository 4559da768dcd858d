package io.botfsm.json.jackson3;

import io.botfsm.internal.data.RoundTrip;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.introspect.AnnotatedField;
import tools.jackson.databind.json.JsonMapper;

/** The operations of Jackson 3 that a {@link RoundTrip} needs. */
record Jackson3RoundTrip(JsonMapper mapper) implements RoundTrip.Codec<JacksonException> {
    private record Field(AnnotatedField field) implements RoundTrip.StateField {
        @Override
        public String name() {
            return field.getName();
        }

        @Override
        public @Nullable Object valueIn(Object object) {
            return field.getValue(object);
        }

        /** Returns whether the field can be read: its module may not be open to Jackson. */
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
    public String write(Object value) {
        return mapper.writeValueAsString(value);
    }

    @Override
    public @Nullable Object readBack(Class<?> written, String json, Type type) {
        try {
            return mapper.readValue(json, mapper.constructType(type));
        } catch (JacksonException e) {
            throw RoundTrip.refusal(written, Jackson3Problem.of(e));
        }
    }

    @Override
    public boolean hasTypeId(Class<?> type) {
        return mapper._serializationContext().findTypeSerializer(mapper.constructType(type)) != null;
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
        for (AnnotatedField field : mapper._serializationContext()
                .introspectBeanDescription(mapper.constructType(type))
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
