package io.botfsm.json;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.data.TypeArguments;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * A type together with its type arguments, which a {@code Class} cannot name: {@code new GenericType<List<Item>>() {}}
 * is a list of items. Two are equal if they represent the same type. Immutable.
 *
 * @param <T> the type
 */
public abstract class GenericType<T> {
    private final Type type;

    /**
     * Captures the type argument of an anonymous subclass.
     *
     * @throws IllegalArgumentException if there is no type argument, or if it contains a type variable or a wildcard
     *     that stands for any type, so that it is unknown what to read
     */
    protected GenericType() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType own)
                || own.getRawType() != GenericType.class) {
            throw new IllegalArgumentException(getClass().getName()
                    + " names no type: extend GenericType directly, as in new GenericType<List<Item>>() {}");
        }
        type = own.getActualTypeArguments()[0];
        TypeArguments.unknownIn(type).ifPresent(unknown -> {
            throw new IllegalArgumentException(
                    TypeArguments.named(unknown) + " of " + type.getTypeName() + " is not known when data is read. "
                            + "Name the type, as in new GenericType<List<Item>>() {}, or Object for whatever is stored");
        });
    }

    private GenericType(Class<T> type) {
        this.type = requireNonNull(type, "type");
    }

    /** Returns the {@code GenericType} of a class. */
    public static <T> GenericType<T> of(Class<T> type) {
        return new OfClass<>(type);
    }

    /** Returns the represented type. */
    public final Type type() {
        return type;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof GenericType<?> another && type.equals(another.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    /** Returns the type as written in source code, with package names. */
    @Override
    public final String toString() {
        return type.getTypeName();
    }

    private static final class OfClass<T> extends GenericType<T> {
        OfClass(Class<T> type) {
            super(type);
        }
    }
}
