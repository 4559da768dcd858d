package io.botfsm.internal.data;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds unknown types: type variables, and wildcards that stand for any type. Where one is declared, objects are read
 * as maps.
 */
public final class TypeArguments {
    private TypeArguments() {}

    /** Returns the first unknown type in a type, or the type itself if it is unknown. */
    public static Optional<Type> unknownIn(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments())
                    .flatMap(argument -> unknownIn(argument).stream())
                    .findFirst();
        }
        if (type instanceof GenericArrayType array) {
            return unknownIn(array.getGenericComponentType());
        }
        if (type instanceof WildcardType wildcard) {
            Type bound = wildcard.getUpperBounds()[0];
            return bound == Object.class ? Optional.of(wildcard) : unknownIn(bound);
        }
        return type instanceof TypeVariable<?> ? Optional.of(type) : Optional.empty();
    }

    /** Describes an unknown type for a message. */
    public static String named(Type unknown) {
        return (unknown instanceof WildcardType ? "the wildcard " : "the type variable ") + unknown.getTypeName();
    }

    /**
     * Returns the end of a message that names the first field of a class that is declared with an unknown type; an
     * empty text if there is none.
     */
    public static String remark(Class<?> type) {
        if (JacksonAnnotations.isOfThePlatform(type)) {
            return "";
        }
        return Arrays.stream(type.getDeclaredFields())
                .filter(field ->
                        !Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers()))
                .flatMap(field -> unknownIn(field.getGenericType()).stream()
                        .map(unknown -> ". \"" + field.getName() + "\" is declared with " + named(unknown)
                                + ", which is not known when it is read: declare it with the type itself, or put the "
                                + "value as one entry with its GenericType"))
                .findFirst()
                .orElse("");
    }
}
