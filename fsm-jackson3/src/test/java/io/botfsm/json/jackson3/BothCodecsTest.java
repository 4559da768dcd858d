package io.botfsm.json.jackson3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.json.GenericType;
import io.botfsm.json.JacksonCodec;
import io.botfsm.json.JsonCodec;
import io.botfsm.json.UnreadableDataException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** The Jackson 3 codec writes, reads and refuses the same as the Jackson 2 codec. */
class BothCodecsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden.txt");
    private static final JsonCodec TWO = new JacksonCodec();
    private static final JsonCodec THREE = new Jackson3Codec();
    private static final ObjectMapper CONTENT =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    enum Size {
        SMALL,
        LARGE {
            @Override
            public String toString() {
                return "the large one";
            }
        }
    }

    record Profile(
            String name,
            int age,
            List<String> interests,
            @Nullable String city) {
        boolean isAdult() {
            return age >= 18;
        }
    }

    record Nested(Profile profile, @Nullable Point point, Map<String, BigDecimal> prices) {}

    record Times(
            Instant at,
            LocalDate day,
            OffsetDateTime local,
            ZonedDateTime zoned,
            Duration lasting,
            Period period,
            Size size) {}

    record Renamed(
            @JsonProperty("given_name") String name,
            @JsonAlias("years") int age) {}

    record Sparse(
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> list,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String text) {}

    record Forgetful(String name, @JsonIgnore String secret) {}

    record Picky(String name) {
        Picky {
            if (name.startsWith("secret")) {
                throw new IllegalArgumentException("not " + name);
            }
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface Shape {}

    record Square(int side) implements Shape {}

    /** A conventional class, whose properties have setters. */
    public static final class Point {
        private int x;
        private int y;

        public int getX() {
            return x;
        }

        public void setX(int x) {
            this.x = x;
        }

        public int getY() {
            return y;
        }

        public void setY(int y) {
            this.y = y;
        }
    }

    /** A class whose field is final, but filled when it is read. */
    public static final class Mutable {
        private final List<String> names = new ArrayList<>();

        public List<String> getNames() {
            return names;
        }
    }

    private static Point point() {
        Point point = new Point();
        point.setX(-1);
        point.setY(2);
        return point;
    }

    static List<Object> values() {
        Mutable mutable = new Mutable();
        mutable.getNames().add("Ada");
        return List.of(
                "text",
                "quote \" backslash \\ newline \n null \u0000 emoji 😀 line \u2028 slash /",
                "cut " + "😀".charAt(0) + " off",
                true,
                42,
                Long.MIN_VALUE,
                0.1,
                Double.MAX_VALUE,
                Double.MIN_VALUE,
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                1.1f,
                new BigInteger("9".repeat(300)),
                new BigDecimal("1.10"),
                new BigDecimal("1E+400"),
                Instant.parse("2026-11-23T03:52:10.123456789Z"),
                LocalDate.parse("2024-02-29"),
                OffsetDateTime.parse("2026-11-23T03:52:10.1+05:30"),
                ZonedDateTime.parse("2026-07-01T12:00:00+02:00[Europe/Berlin]"),
                Duration.ofSeconds(3, 7),
                Size.SMALL,
                Size.LARGE,
                new AtomicInteger(7),
                new int[] {1, 2},
                new byte[] {1, -1},
                List.of(1, List.of("a"), Map.of("b", 2.5)),
                new Profile("Ada", 36, List.of("maths", "music"), null),
                new Nested(
                        new Profile("Ada", 36, List.of(), "Paris"), point(), Map.of("tea", new BigDecimal("1.1000"))),
                new Times(
                        Instant.parse("2026-11-23T03:52:10.000000001Z"),
                        LocalDate.EPOCH,
                        OffsetDateTime.parse("2026-11-23T03:52:10+05:30"),
                        ZonedDateTime.parse("2026-07-01T12:00:00+02:00[Europe/Berlin]"),
                        Duration.ofMillis(1),
                        Period.ofDays(3),
                        Size.LARGE),
                new Renamed("Ada", 36),
                new Sparse(List.of(), null),
                point(),
                mutable);
    }

    /** {@code -Dbotfsm.golden=true} rewrites the file with Jackson 2. */
    @Test
    void bothWriteTheGoldenFile() throws IOException {
        if (Boolean.getBoolean("botfsm.golden")) {
            Files.write(GOLDEN, values().stream().map(TWO::write).toList());
        }
        List<String> golden = Files.readAllLines(GOLDEN);
        assertThat(values().stream().map(TWO::write)).isEqualTo(golden);
        List<Object> values = values();
        for (int i = 0; i < values.size(); i++) {
            assertThat(content(THREE.write(values.get(i)))).isEqualTo(content(golden.get(i)));
        }
    }

    /** The order of an object's names means nothing. */
    private static Object content(String json) throws IOException {
        return json.startsWith("{") ? CONTENT.readValue(json, Object.class) : json;
    }

    @Test
    void bothReadTheGoldenFile() throws IOException {
        List<String> golden = Files.readAllLines(GOLDEN);
        List<Object> values = values();
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            for (JsonCodec codec : List.of(TWO, THREE)) {
                Object back = codec.read(golden.get(i), typeOf(value)).orElseThrow();
                assertThat(TWO.write(back)).as(golden.get(i)).isEqualTo(golden.get(i));
                assertThat(back).isInstanceOf(typeOf(value));
            }
        }
    }

    private static Class<?> typeOf(Object value) {
        return value instanceof Enum<?> constant
                ? constant.getDeclaringClass()
                : value instanceof List<?> ? List.class : value.getClass();
    }

    static Stream<Object> records() {
        return values().stream().filter(value -> value instanceof Record || value instanceof Point);
    }

    @ParameterizedTest
    @MethodSource("records")
    void entriesOfOneAreJoinedByTheOther(Object record) {
        Map<String, String> two = TWO.split(record);
        Map<String, String> three = THREE.split(record);
        assertThat(three).isEqualTo(two);
        assertThat(THREE.names(record.getClass())).isEqualTo(TWO.names(record.getClass()));
        assertThat(THREE.join(two, record.getClass()))
                .hasValueSatisfying(back -> assertThat(back)
                        .usingRecursiveComparison()
                        .isEqualTo(TWO.join(three, record.getClass()).orElseThrow()));
    }

    private record Text(String json, Class<?> type) {}

    static Stream<Text> unreadable() {
        Stream<Text> numbers = Stream.of(
                        "\"secret42\"",
                        "1.5",
                        "{\"secret42\":1}",
                        "[1]",
                        "true",
                        "secret42",
                        "",
                        "1 2",
                        "1,\"age\":2",
                        "null x",
                        "\"\"")
                .map(json -> new Text(json, Integer.class));
        return Stream.concat(
                numbers,
                Stream.of(
                        new Text("null", int.class),
                        new Text("{\"name\":\"Ada\",\"interests\":[]}", Profile.class),
                        new Text("{\"x\":1}", Point.class),
                        new Text("{\"x\":1,\"y\":null}", Point.class),
                        new Text("{\"x\":1,\"y\":2,\"x\":3}", Point.class),
                        new Text("{\"a\":{\"b\":1,\"b\":4711}}", Map.class),
                        new Text("[{\"a\":1,\"a\":2}]", Object.class),
                        new Text("{\"name\":\"secret42\"}", Picky.class),
                        new Text("0", Size.class),
                        new Text("\"the large one\"", Size.class),
                        new Text("NaN", BigDecimal.class),
                        new Text("\"1\"", long.class),
                        new Text("1", String.class),
                        new Text("\"true\"", Boolean.class),
                        new Text("\"2026\"", Instant.class),
                        new Text("1".repeat((1 << 20) + 1), BigInteger.class),
                        new Text("{\"x\":1,\"y\":1", Point.class),
                        new Text("{\"x\":1,\"y\":1} {}", Point.class)));
    }

    private static Optional<UnreadableDataException> failure(JsonCodec codec, Text text) {
        return Optional.ofNullable(
                catchThrowableOfType(UnreadableDataException.class, () -> codec.read(text.json(), text.type())));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatOneDoesNotReadTheOtherDoesNotReadEither(Text text) {
        Optional<UnreadableDataException> two = failure(TWO, text);
        Optional<UnreadableDataException> three = failure(THREE, text);
        assertThat(three.map(Throwable::getMessage)).isEqualTo(two.map(Throwable::getMessage));
        three.ifPresent(failure -> assertThat(failure).hasNoCause().hasMessageNotContainingAny("secret42", "4711"));
    }

    private static List<Object> nested(int depth) {
        List<Object> nested = List.of();
        for (int i = 1; i < depth; i++) {
            nested = List.of(nested);
        }
        return nested;
    }

    record Deep(Object value) {}

    @ParameterizedTest
    @ValueSource(ints = {499, 500, 501, 998, 999, 1_000, 1_001, 1_500})
    void bothNestEquallyDeep(int depth) {
        List<Object> value = nested(depth);
        String json = "[".repeat(depth) + "]".repeat(depth);
        for (JsonCodec codec : List.of(TWO, THREE)) {
            if (depth <= 1_000) {
                assertThat(codec.write(value)).isEqualTo(json);
                assertThat(failure(codec, new Text(json, List.class))).isEmpty();
            } else {
                assertThatIllegalArgumentException().isThrownBy(() -> codec.write(value));
                assertThat(failure(codec, new Text(json, List.class))).isPresent();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {499, 500, 501, 997, 998, 999, 1_000, 1_001, 1_500})
    void aPropertyNestsEquallyDeep(int depth) {
        Deep deep = new Deep(nested(depth));
        assertThat(entries(THREE, deep)).isEqualTo(entries(TWO, deep));
        assertThat(entries(TWO, deep).isPresent()).isEqualTo(depth <= 1_000);
        Map<String, String> entries = Map.of("value", "[".repeat(depth) + "]".repeat(depth));
        assertThat(joins(THREE, entries)).isEqualTo(joins(TWO, entries));
    }

    record Chain(@Nullable Chain next, Object data) {
        static Chain of(int depth) {
            Chain chain = new Chain(null, List.of());
            for (int i = 2; i < depth; i++) {
                chain = new Chain(chain, 1);
            }
            return chain;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 999, 1_000, 1_001, 1_500})
    void recordsNestEquallyDeep(int depth) throws InterruptedException {
        Chain chain = Chain.of(depth);
        for (JsonCodec codec : List.of(TWO, THREE)) {
            Optional<Throwable> thrown = onAStackOf(64 << 20, () -> codec.read(codec.write(chain), Chain.class));
            if (depth <= 1_000) {
                assertThat(thrown).isEmpty();
            } else {
                assertThat(thrown).containsInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    /** However small the stack of a thread is, no {@link StackOverflowError} is thrown. */
    @Test
    void whatIsTooDeepForAStackIsRefused() throws InterruptedException {
        String json = "{\"data\":1,\"next\":".repeat(500) + "null" + "}".repeat(500);
        for (JsonCodec codec : List.of(TWO, THREE)) {
            for (Runnable write : List.<Runnable>of(
                    () -> codec.write(nested(1_000)),
                    () -> codec.write(Chain.of(500)),
                    () -> codec.split(new Deep(nested(990))))) {
                assertThat(onAStackOf(1 << 20, () -> deeperAndDeeper(write)))
                        .containsInstanceOf(IllegalArgumentException.class);
            }
            for (Runnable read : List.<Runnable>of(
                    () -> codec.read(json, Chain.class),
                    () -> codec.join(Map.of("data", "1", "next", json), Chain.class))) {
                assertThat(onAStackOf(1 << 20, () -> deeperAndDeeper(read)))
                        .containsInstanceOf(UnreadableDataException.class);
            }
        }
    }

    /** Repeats the action with less and less stack left, until it throws. */
    private static void deeperAndDeeper(Runnable action) {
        for (int calls = 0; ; calls += 100) {
            below(calls, action);
        }
    }

    private static void below(int calls, Runnable action) {
        if (calls == 0) {
            action.run();
        } else {
            below(calls - 1, action);
        }
    }

    /** Returns what the action throws on a thread with a stack of this size, if it does. */
    private static Optional<Throwable> onAStackOf(long bytes, Runnable action) throws InterruptedException {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null, action, "stack of " + bytes, bytes);
        thread.setUncaughtExceptionHandler((ended, failure) -> thrown.set(failure));
        thread.start();
        thread.join();
        return Optional.ofNullable(thrown.get());
    }

    /** Returns the entries; empty if the codec refuses the object. */
    private static Optional<Map<String, String>> entries(JsonCodec codec, Object record) {
        try {
            return Optional.of(codec.split(record));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean joins(JsonCodec codec, Map<String, String> entries) {
        try {
            return codec.join(entries, Deep.class).isPresent();
        } catch (UnreadableDataException e) {
            return false;
        }
    }

    static Stream<Object> unwritable() {
        Map<Object, String> keys = new LinkedHashMap<>();
        keys.put(1, "a");
        keys.put("1", "b");
        return Stream.of(
                new Object(),
                keys,
                nested(1_500),
                new Forgetful("Ada", "secret42"),
                List.of(new Square(1)),
                Map.of(point(), 1),
                Optional.of("secret42"),
                new Deep(Optional.of("secret42")),
                OptionalInt.of(42));
    }

    @ParameterizedTest
    @MethodSource("unwritable")
    void whatOneDoesNotWriteTheOtherDoesNotWriteEither(Object value) {
        for (JsonCodec codec : List.of(TWO, THREE)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> codec.write(value))
                    .withMessageMatching("(?s)a \\S+ (cannot be written|is not stored).*")
                    .withMessageNotContaining("secret42");
        }
    }

    @Test
    void genericTypesAreReadAsTheyAreDeclared() {
        List<Profile> profiles = List.of(new Profile("Ada", 36, List.of(), null));
        GenericType<List<Profile>> type = new GenericType<>() {};
        assertThat(THREE.read(TWO.write(profiles, type), type)).hasValue(profiles);
        assertThat(TWO.read(THREE.write(profiles, type), type)).hasValue(profiles);
        List<Shape> shapes = List.of(new Square(2));
        GenericType<List<Shape>> shape = new GenericType<>() {};
        assertThat(THREE.read(TWO.write(shapes, shape), shape)).hasValue(shapes);
    }

    @Test
    void settingsCannotLoosenIt() {
        JsonCodec lenient = new Jackson3Codec(
                settings -> settings.disable(tools.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .enable(tools.jackson.databind.MapperFeature.ALLOW_COERCION_OF_SCALARS));
        unreadable()
                .forEach(text -> assertThat(failure(lenient, text).map(Throwable::getMessage))
                        .isEqualTo(failure(THREE, text).map(Throwable::getMessage)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Jackson3Codec(
                        settings -> settings.activateDefaultTyping(BasicPolymorphicTypeValidator.builder()
                                .allowIfBaseType(Object.class)
                                .build())));
    }
}
