package io.botfsm.json.jackson3;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Refuses an optional value, which Jackson 3 would write and Jackson 2 would not read. */
final class RefusedOptional<T> extends StdSerializer<T> {
    private RefusedOptional(Class<T> type) {
        super(type);
    }

    static JacksonModule module() {
        return new SimpleModule("botfsm-optional")
                .addSerializer(new RefusedOptional<>(Optional.class))
                .addSerializer(new RefusedOptional<>(OptionalInt.class))
                .addSerializer(new RefusedOptional<>(OptionalLong.class))
                .addSerializer(new RefusedOptional<>(OptionalDouble.class));
    }

    @Override
    public void serialize(T value, JsonGenerator generator, SerializationContext context) {
        context.reportBadDefinition(
                handledType(),
                "Java 8 optional type `" + handledType().getName()
                        + "` not supported by default: store the value itself, or null");
    }
}
