package io.botfsm.internal.data;

import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.temporal.Temporal;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to write values that would not be read back equal, whether an annotation, a module or a missing accessor is
 * the reason. Values of {@link PlainTypes} need no check; any other value is read back before it is stored.
 *
 * <p>Texts, numbers and other JDK values are compared by {@code equals}; if the declared type does not fix the class of
 * a number, numbers are compared by value. Containers are compared by their elements. Other objects are compared by all
 * their fields that are not transient and that their module opens to Jackson.
 */
public final class RoundTrip<X extends Exception> {
    /**
     * A version of Jackson.
     *
     * @param <X> how writing fails
     */
    public interface Codec<X extends Exception> {
        /** A value as JSON text. */
        String write(Object value) throws X;

        /**
         * A value from JSON text.
         *
         * @param written what was written
         * @throws IllegalArgumentException if it cannot be read
         */
        @Nullable
        Object readBack(Class<?> written, String json, Type type);

        /** Whether the id of its type is written with a value where its type is declared. */
        boolean hasTypeId(Class<?> type);

        /** Whether two objects without {@code equals} are written alike. */
        boolean writesAlike(Object a, Object b);

        /** Whether values of a type are JSON themselves. */
        boolean isTree(Class<?> type);

        /** The fields of a type that are not transient and can be looked at. */
        List<? extends StateField> stateOf(Class<?> type);
    }

    /** A field of an object. */
    public interface StateField {
        /** Its name. */
        String name();

        /** Its value in an object. */
        @Nullable
        Object valueIn(Object object);
    }

    /** Types whose values are of classes that nobody can name. */
    private static final List<Class<?>> READ_AS =
            List.of(ZoneId.class, Path.class, TimeZone.class, Charset.class, InetAddress.class);

    private final Codec<X> codec;
    private final boolean own;

    private final ClassValue<Boolean> certain;
    private final ClassValue<List<? extends StateField>> state;

    /** @param own whether the codec has no modules or settings of the user's */
    public RoundTrip(Codec<X> codec, boolean own) {
        this.codec = codec;
        this.own = own;
        this.certain = new ClassValue<>() {
            @Override
            protected Boolean computeValue(Class<?> type) {
                return codec.isTree(type) || (own && PlainTypes.contain(type));
            }
        };
        this.state = new ClassValue<>() {
            @Override
            protected List<? extends StateField> computeValue(Class<?> type) {
                return codec.stateOf(type);
            }
        };
    }

    /** Whether no value of a type needs a trial. */
    public boolean isCertain(Class<?> type) {
        return certain.get(type);
    }

    /**
     * Refuses a value that is not read back equal.
     *
     * @param json the JSON text of the value
     * @throws IllegalArgumentException if it is not
     */
    public void require(Object value, String json) throws X {
        if (!requireContent(value) && !isCertain(value.getClass())) {
            requireSame(value, codec.readBack(readType(value), json, readType(value)));
        }
    }

    /** The same of each element; returns false for what has none. */
    private boolean requireContent(Object value) throws X {
        if (value instanceof Collection<?> elements) {
            requireElements(elements);
            return true;
        }
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(RoundTrip::requireKey);
            requireElements(map.values());
            return true;
        }
        return false;
    }

    /**
     * Refuses a value that is not read back equal as its declared type.
     *
     * @param json the JSON text of the value
     * @throws IllegalArgumentException if it is not
     */
    public void require(Object value, String json, Type declared) {
        if (!(own && PlainTypes.contain(declared))) {
            requireSame(value, codec.readBack(value.getClass(), json, declared));
        }
    }

    private void requireElements(Collection<?> elements) throws X {
        for (Object element : elements) {
            if (element == null || isCertain(element.getClass())) {
                continue;
            }
            if (codec.hasTypeId(element.getClass())) {
                throw refusal(
                        element.getClass(),
                        "a list or map that is put without its type drops the id of @JsonTypeInfo of its elements; "
                                + "put it with its GenericType, or put an array of the declared type");
            }
            if (!requireContent(element)) { // lists in lists are not written once more at each depth
                require(element, codec.write(element));
            }
        }
    }

    private static void requireKey(@Nullable Object key) {
        if (!(key instanceof CharSequence
                || key instanceof Number
                || key instanceof Boolean
                || key instanceof Character
                || key instanceof Enum<?>
                || key instanceof UUID
                || key instanceof Temporal)) {
            throw refusal(Map.class, "a key of " + (key == null ? null : key.getClass()) + " would become text");
        }
    }

    private static Class<?> readType(Object value) {
        return value instanceof Enum<?> constant
                ? constant.getDeclaringClass()
                : READ_AS.stream()
                        .filter(type -> type.isInstance(value))
                        .findFirst()
                        .orElse(value.getClass());
    }

    /**
     * Refuses an object whose state differs from that of the object that was read back.
     *
     * @param back the object that was read back; null if nothing was stored
     * @throws IllegalArgumentException if it is not
     */
    public void requireSame(Object written, @Nullable Object back) {
        Comparison comparison = new Comparison();
        Optional<String> difference = back == null
                ? state.get(written.getClass()).stream()
                        .filter(field -> field.valueIn(written) != null)
                        .map(StateField::name)
                        .findFirst()
                : comparison.difference(written, back);
        difference.ifPresent(field -> {
            throw refusal(
                    written.getClass(),
                    field.isEmpty() ? "its value would differ" : "the value of \"" + field + "\" would differ");
        });
    }

    /** What is thrown. */
    public static IllegalArgumentException refusal(Class<?> type, String why) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a %s is not stored, because it would not be read back equal: %s%s%s. "
                        + "Declare fields that need not be stored as transient",
                type.getTypeName(),
                why,
                JacksonAnnotations.remark(type),
                TypeArguments.remark(type)));
    }

    /** Those that do not, such as {@code AtomicInteger}, are equal if they are written alike. */
    private static boolean definesEquals(Class<?> type) {
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has equals", e);
        }
    }

    /** Of two objects; the difference is the name of the outermost field in which it lies, or empty. */
    private final class Comparison {
        private static final Optional<String> SOMEWHERE = Optional.of("");

        private final IdentityHashMap<Object, Object> entered = new IdentityHashMap<>();

        Optional<String> difference(@Nullable Object a, @Nullable Object b) {
            if (a == b) {
                return Optional.empty();
            }
            return a == null || b == null ? SOMEWHERE : differenceOf(a, b);
        }

        private Optional<String> differenceOf(Object a, Object b) {
            if (a instanceof Optional<?> first && b instanceof Optional<?> second) {
                return difference(first.orElse(null), second.orElse(null));
            }
            if (a instanceof Map<?, ?>
                    || a instanceof Collection<?>
                    || a.getClass().isArray()) {
                return somewhereUnless(sameContent(a, b));
            }
            if (a instanceof Number && b instanceof Number && a.getClass() != b.getClass()) {
                return somewhereUnless(new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0);
            }
            if (a.getClass() != b.getClass()) {
                return SOMEWHERE;
            }
            if (JacksonAnnotations.isOfThePlatform(a.getClass()) && !definesEquals(a.getClass())) {
                return somewhereUnless(codec.writesAlike(a, b));
            }
            return JacksonAnnotations.isOfThePlatform(a.getClass())
                            || codec.isTree(a.getClass())
                            || a instanceof Enum<?>
                    ? somewhereUnless(a.equals(b))
                    : differingField(a, b);
        }

        private Optional<String> differingField(Object a, Object b) {
            if (entered.put(a, b) == b) {
                return Optional.empty();
            }
            return state.get(a.getClass()).stream()
                    .filter(field -> !same(field.valueIn(a), field.valueIn(b)))
                    .map(StateField::name)
                    .findFirst();
        }

        private boolean sameContent(Object a, Object b) {
            if (a instanceof Map<?, ?> first) {
                return b instanceof Map<?, ?> second
                        && first.keySet().equals(second.keySet())
                        && first.keySet().stream().allMatch(key -> same(first.get(key), second.get(key)));
            }
            if (a instanceof Set<?> first) {
                return b instanceof Set<?> second
                        && first.size() == second.size()
                        && (second.containsAll(first)
                                || first.stream().allMatch(x -> second.stream().anyMatch(y -> same(x, y))));
            }
            return a instanceof Collection<?> first
                    ? b instanceof Collection<?> second && sameElements(first.iterator(), second.iterator())
                    : a.getClass() == b.getClass()
                            && sameElements(elements(a).iterator(), elements(b).iterator());
        }

        private boolean sameElements(Iterator<?> a, Iterator<?> b) {
            while (a.hasNext() && b.hasNext()) {
                if (!same(a.next(), b.next())) {
                    return false;
                }
            }
            return a.hasNext() == b.hasNext();
        }

        private boolean same(@Nullable Object a, @Nullable Object b) {
            return difference(a, b).isEmpty();
        }

        private static Stream<@Nullable Object> elements(Object array) {
            return IntStream.range(0, Array.getLength(array)).mapToObj(i -> Array.get(array, i));
        }

        private static Optional<String> somewhereUnless(boolean same) {
            return same ? Optional.empty() : SOMEWHERE;
        }
    }
}
