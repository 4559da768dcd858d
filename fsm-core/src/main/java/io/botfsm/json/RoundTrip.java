package io.botfsm.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedField;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.temporal.Temporal;
import java.util.ArrayList;
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
final class RoundTrip {
    /** Types whose values are of classes that cannot be named. */
    private static final List<Class<?>> READ_AS =
            List.of(ZoneId.class, Path.class, TimeZone.class, Charset.class, InetAddress.class);

    private final ObjectMapper mapper;
    private final boolean own;

    private final ClassValue<Boolean> certain;

    private final ClassValue<List<AnnotatedField>> state = new ClassValue<>() {
        @Override
        protected List<AnnotatedField> computeValue(Class<?> type) {
            return stateOf(type);
        }
    };

    /** @param own whether the mapper is the codec's own, without modules or settings of the user */
    RoundTrip(ObjectMapper mapper, boolean own) {
        this.mapper = mapper;
        this.own = own;
        this.certain = new ClassValue<>() {
            @Override
            protected Boolean computeValue(Class<?> type) {
                return JsonNode.class.isAssignableFrom(type) || (own && PlainTypes.contain(type));
            }
        };
    }

    boolean isCertain(Class<?> type) {
        return certain.get(type);
    }

    /**
     * Refuses a value that is not read back equal.
     *
     * @param json the JSON text of the value
     * @throws IllegalArgumentException if it is not
     */
    void require(Object value, String json) throws JsonProcessingException {
        if (!requireContent(value) && !isCertain(value.getClass())) {
            requireSame(value, readBack(readType(value), json, readType(value)));
        }
    }

    /** Checks each element; returns false for a value without elements. */
    private boolean requireContent(Object value) throws JsonProcessingException {
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
    void require(Object value, String json, Type declared) {
        if (!(own && PlainTypes.contain(declared))) {
            requireSame(value, readBack(value.getClass(), json, declared));
        }
    }

    private void requireElements(Collection<?> elements) throws JsonProcessingException {
        for (Object element : elements) {
            if (element == null || isCertain(element.getClass())) {
                continue;
            }
            if (mapper.getSerializerProviderInstance().findTypeSerializer(mapper.constructType(element.getClass()))
                    != null) {
                throw refusal(
                        element.getClass(),
                        "a list or a map that is put does not know its elements' type and drops the id of "
                                + "@JsonTypeInfo; put it with its GenericType, or an array of the declared type");
            }
            if (!requireContent(element)) { // lists in lists are not written once more at each depth
                require(element, mapper.writeValueAsString(element));
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

    private @Nullable Object readBack(Class<?> written, String json, Type type) {
        try {
            return mapper.readValue(json, mapper.constructType(type));
        } catch (JsonProcessingException e) {
            throw refusal(written, CodecProblem.of(e));
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
    void requireSame(Object written, @Nullable Object back) {
        Comparison comparison = new Comparison();
        Optional<String> difference = back == null
                ? state.get(written.getClass()).stream()
                        .filter(field -> field.getValue(written) != null)
                        .map(AnnotatedField::getName)
                        .findFirst()
                : comparison.difference(written, back);
        difference.ifPresent(field -> {
            throw refusal(
                    written.getClass(),
                    field.isEmpty() ? "another value is read" : "another value of \"" + field + "\" is read");
        });
    }

    static IllegalArgumentException refusal(Class<?> type, String why) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a %s is not stored, because it would not be read back equal: %s%s%s. "
                        + "Declare fields that need not be stored as transient",
                type.getTypeName(),
                why,
                JacksonAnnotations.remark(type),
                TypeArguments.remark(type)));
    }

    static boolean isOfThePlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /**
     * Whether a type defines {@code equals}. Values of types that do not, such as {@code AtomicInteger}, are equal if
     * their JSON is equal.
     */
    private static boolean definesEquals(Class<?> type) {
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has equals", e);
        }
    }

    private List<AnnotatedField> stateOf(Class<?> type) {
        List<AnnotatedField> fields = new ArrayList<>();
        for (AnnotatedField field : mapper.getSerializationConfig()
                .introspect(mapper.constructType(type))
                .getClassInfo()
                .fields()) {
            if (!field.isTransient() && isAccessible(field)) {
                fields.add(field);
            }
        }
        return fields;
    }

    /** Whether a field can be read; a module may not be open to reflection. */
    private static boolean isAccessible(AnnotatedField field) {
        try {
            field.fixAccess(true);
            return true;
        } catch (IllegalArgumentException closed) {
            return false;
        }
    }

    /**
     * Compares two objects. A difference is reported by the name of the outermost field that contains it, or by an
     * empty text.
     */
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
            if (isOfThePlatform(a.getClass()) && !definesEquals(a.getClass())) {
                return somewhereUnless(mapper.valueToTree(a).equals(mapper.valueToTree(b)));
            }
            return isOfThePlatform(a.getClass()) || a instanceof JsonNode || a instanceof Enum<?>
                    ? somewhereUnless(a.equals(b))
                    : differingField(a, b);
        }

        private Optional<String> differingField(Object a, Object b) {
            if (entered.put(a, b) == b) {
                return Optional.empty();
            }
            return state.get(a.getClass()).stream()
                    .filter(field -> !same(field.getValue(a), field.getValue(b)))
                    .map(AnnotatedField::getName)
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
