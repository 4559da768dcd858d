package io.botfsm.internal.data;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The types whose values are always read back equal, so that they need not be read back when they are written: texts,
 * numbers, times, enums, arrays, lists, sets and maps of these, and records of these that follow the contract of
 * {@link Record}. This applies to a mapper without modules or settings of the user.
 */
public final class PlainTypes {
    private static final Set<Class<?>> SCALARS = Set.of(
            String.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Character.class,
            BigInteger.class,
            BigDecimal.class,
            UUID.class,
            URI.class,
            URL.class,
            Instant.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetDateTime.class,
            ZonedDateTime.class,
            Duration.class,
            Period.class);

    private static final Set<Class<?>> HARMLESS =
            Set.of(JsonAlias.class, JsonInclude.class, JsonPropertyOrder.class, JsonProperty.class);

    private PlainTypes() {}

    /** Whether a type is one of the plain types. */
    public static boolean contain(Type type) {
        return isPlain(type, new HashSet<>());
    }

    private static boolean isPlain(Type type, Set<Class<?>> entered) {
        if (type instanceof ParameterizedType generic) {
            return isPlainContainer(generic, entered);
        }
        if (!(type instanceof Class<?> raw)) {
            return false;
        }
        if (raw.isPrimitive() || SCALARS.contains(raw)) {
            return true;
        }
        if (raw.isArray()) {
            return isPlain(raw.getComponentType(), entered);
        }
        return (raw.isEnum() || raw.isRecord())
                && JacksonAnnotations.on(raw).allMatch(PlainTypes::isHarmless)
                && (raw.isEnum() || !entered.add(raw) || arePlain(raw.getRecordComponents(), entered));
    }

    private static boolean arePlain(RecordComponent[] components, Set<Class<?>> entered) {
        return Arrays.stream(components).allMatch(component -> isPlain(component.getGenericType(), entered));
    }

    private static boolean isPlainContainer(ParameterizedType generic, Set<Class<?>> entered) {
        Type[] arguments = generic.getActualTypeArguments();
        Type container = generic.getRawType();
        if (container == List.class || container == Set.class) {
            return isPlain(arguments[0], entered);
        }
        return container == Map.class && arguments[0] == String.class && isPlain(arguments[1], entered);
    }

    private static boolean isHarmless(Annotation annotation) {
        return HARMLESS.contains(annotation.annotationType())
                && !(annotation instanceof JsonProperty property && property.access() != JsonProperty.Access.AUTO);
    }
}
