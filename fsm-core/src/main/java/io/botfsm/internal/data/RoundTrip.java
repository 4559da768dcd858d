package io.botfsm.internal.data;

import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.temporal.Temporal;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
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
     * The operations of one version of Jackson.
     *
     * @param <X> the exception that is thrown if writing fails
     */
    public interface Codec<X extends Exception> {
        /** Writes a value as JSON text. */
        String write(Object value) throws X;

        /**
         * Reads a value from JSON text.
         *
         * @param written the class of the value that was written
         * @throws IllegalArgumentException if it cannot be read
         */
        @Nullable
        Object readBack(Class<?> written, String json, Type type);

        /** Whether a value of a type is written with a type id where the type is declared. */
        boolean hasTypeId(Class<?> type);

        /** Whether two objects without {@code equals} are written alike. */
        boolean writesAlike(Object a, Object b);

        /** Whether values of a type are JSON trees. */
        boolean isTree(Class<?> type);

        /** Returns the fields of a type that are not transient and can be accessed. */
        List<? extends StateField> stateOf(Class<?> type);
    }

    /** A field of an object. */
    public interface StateField {
        /** Returns its name. */
        String name();

        /** Returns its value in an object. */
        @Nullable
        Object valueIn(Object object);
    }

    /** Types that are read back as themselves, since the classes of their values are implementation details. */
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

    /** Whether no value of a type has to be read back before it is stored. */
    public boolean isCertain(Class<?> type) {
        return certain.get(type);
    }

    /**
     * Refuses a value that is not read back equal.
     *
     * @param json the JSON text of the value
     * @throws IllegalArgumentException if it is not read back equal
     */
    public void require(Object value, String json) throws X {
        if (!requireContent(value) && !isCertain(value.getClass())) {
            requireSame(value, codec.readBack(readType(value), json, readType(value)));
        }
    }

    /** Checks the elements of a collection, or the keys and values of a map; returns false for any other value. */
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
     * @throws IllegalArgumentException if it is not read back equal
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
            if (!requireContent(element)) { // nested lists are not written again at each level
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
     * @throws IllegalArgumentException if the state differs
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

    /** Returns the exception for a value that is refused. */
    public static IllegalArgumentException refusal(Class<?> type, String why) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a %s is not stored, because it would not be read back equal: %s%s%s. "
                        + "Mark as transient the fields that need not be stored",
                type.getTypeName(),
                why,
                JacksonAnnotations.remark(type),
                TypeArguments.remark(type)));
    }

    /** Whether a type overrides {@code equals}, unlike {@code AtomicInteger}, whose values are compared as JSON. */
    private static boolean definesEquals(Class<?> type) {
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has equals", e);
        }
    }

    /**
     * The comparison of two objects. It visits their contents, except those of sets, without recursion, since they may
     * be nested too deeply for the stack of the thread.
     */
    private final class Comparison {
        private static final Optional<String> SOMEWHERE = Optional.of("");

        private record Pair(@Nullable Object a, @Nullable Object b) {}

        private final IdentityHashMap<Object, Object> entered = new IdentityHashMap<>();

        /**
         * Returns the name of the field in which two objects differ, or an empty text if the difference is in no field;
         * empty if they are the same.
         */
        Optional<String> difference(Object a, Object b) {
            if (a.getClass() != b.getClass() || !hasState(a)) {
                return same(a, b) ? Optional.empty() : SOMEWHERE;
            }
            entered.put(a, b);
            return state.get(a.getClass()).stream()
                    .filter(field -> !same(field.valueIn(a), field.valueIn(b)))
                    .map(StateField::name)
                    .findFirst();
        }

        private boolean same(@Nullable Object a, @Nullable Object b) {
            Deque<Iterator<Pair>> open = new ArrayDeque<>();
            open.push(Stream.of(new Pair(a, b)).iterator());
            while (!open.isEmpty()) {
                if (!open.element().hasNext()) {
                    open.pop();
                    continue;
                }
                Optional<Stream<Pair>> contents = contents(open.element().next());
                if (contents.isEmpty()) {
                    return false;
                }
                open.push(contents.get().iterator());
            }
            return true;
        }

        /**
         * Returns the pairs that must be the same for two objects to be the same; empty if the objects differ whatever
         * they contain.
         */
        private Optional<Stream<Pair>> contents(Pair pair) {
            Object a = pair.a();
            Object b = pair.b();
            if (a == b) {
                return Optional.of(Stream.empty());
            }
            if (a == null || b == null) {
                return Optional.empty();
            }
            if (a instanceof Optional<?> first && b instanceof Optional<?> second) {
                return Optional.of(Stream.of(new Pair(first.orElse(null), second.orElse(null))));
            }
            if (isContainer(a)) {
                return elements(a, b);
            }
            if (a instanceof Number && b instanceof Number && a.getClass() != b.getClass()) {
                return noPairsIf(new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0);
            }
            if (a.getClass() != b.getClass()) {
                return Optional.empty();
            }
            if (!hasState(a)) {
                boolean lacksEquals = JacksonAnnotations.isOfThePlatform(a.getClass()) && !definesEquals(a.getClass());
                return noPairsIf(lacksEquals ? codec.writesAlike(a, b) : a.equals(b));
            }
            return Optional.of(
                    entered.put(a, b) == b
                            ? Stream.empty()
                            : state.get(a.getClass()).stream()
                                    .map(field -> new Pair(field.valueIn(a), field.valueIn(b))));
        }

        private boolean hasState(Object object) {
            return !(object instanceof Optional<?>
                    || isContainer(object)
                    || object instanceof Enum<?>
                    || JacksonAnnotations.isOfThePlatform(object.getClass())
                    || codec.isTree(object.getClass()));
        }

        private static boolean isContainer(Object object) {
            return object instanceof Map<?, ?>
                    || object instanceof Collection<?>
                    || object.getClass().isArray();
        }

        private Optional<Stream<Pair>> elements(Object a, Object b) {
            if (a instanceof Map<?, ?> first) {
                return b instanceof Map<?, ?> second && first.keySet().equals(second.keySet())
                        ? Optional.of(first.keySet().stream().map(key -> new Pair(first.get(key), second.get(key))))
                        : Optional.empty();
            }
            if (a instanceof Set<?> first) {
                return noPairsIf(b instanceof Set<?> second
                        && first.size() == second.size()
                        && (second.containsAll(first) || isAmong(first, second)));
            }
            if (a instanceof Collection<?> first) {
                if (!(b instanceof Collection<?> second) || first.size() != second.size()) {
                    return Optional.empty();
                }
                Iterator<?> others = second.iterator();
                return Optional.of(first.stream().map(element -> new Pair(element, others.next())));
            }
            return a.getClass() == b.getClass() && Array.getLength(a) == Array.getLength(b)
                    ? Optional.of(IntStream.range(0, Array.getLength(a))
                            .mapToObj(i -> new Pair(Array.get(a, i), Array.get(b, i))))
                    : Optional.empty();
        }

        private boolean isAmong(Set<?> elements, Set<?> others) {
            for (Object element : elements) {
                if (others.stream().noneMatch(other -> same(element, other))) {
                    return false;
                }
            }
            return true;
        }

        private static Optional<Stream<Pair>> noPairsIf(boolean same) {
            return same ? Optional.of(Stream.empty()) : Optional.empty();
        }
    }
}
