package io.botfsm.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.PackageVersion;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read back equal; errors name what cannot be read, but never show its value. */
class JacksonCodecTest {
    record Profile(
            String name,
            int age,
            List<String> interests,
            @Nullable String city) {
        boolean isAdult() {
            return age >= 18;
        }
    }

    record Nested(Profile profile, @Nullable Point point) {}

    record Times(Instant at, LocalDate day, OffsetDateTime local, ZonedDateTime zoned, Duration lasting) {}

    record Renamed(
            @JsonProperty("given_name") String name,
            @JsonAlias("years") int age) {}

    record Picky(String name) {
        Picky {
            if (name.startsWith("secret")) {
                throw new IllegalArgumentException("not " + name);
            }
        }
    }

    /** A conventional class whose properties have setters. */
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

        static Point of(int x, int y) {
            Point point = new Point();
            point.setX(x);
            point.setY(y);
            return point;
        }
    }

    private final JacksonCodec codec = new JacksonCodec();

    @Test
    void runsOnTheJacksonItIsSupposedToRunOn() {
        assertThat(PackageVersion.VERSION.toString()).startsWith(System.getProperty("botfsm.jackson"));
    }

    static List<Object> values() {
        return List.of(
                "text",
                "quote \" backslash \\ newline \n null \u0000 emoji 😀 line \u2028",
                "",
                true,
                42,
                Long.MIN_VALUE,
                0.1,
                Double.MIN_VALUE,
                Float.MAX_VALUE,
                new BigInteger("9".repeat(2_000)),
                new BigDecimal("1.10"),
                new BigDecimal("1E+400"),
                new BigDecimal("0." + "3".repeat(1_500)),
                Instant.parse("2026-11-23T03:52:10.123456789Z"),
                LocalDate.parse("2024-02-29"),
                OffsetDateTime.parse("2026-11-23T03:52:10.1+05:30"),
                ZonedDateTime.parse("2026-07-01T12:00:00+02:00[Europe/Berlin]"),
                Duration.ofSeconds(3, 7),
                new Profile("Ada", 36, List.of("maths", "music"), null),
                new Nested(new Profile("Ada", 36, List.of(), "Paris"), null),
                Thread.State.BLOCKED);
    }

    @ParameterizedTest
    @MethodSource("values")
    @SuppressWarnings("unchecked")
    void aValueComesBackEqual(Object value) {
        assertThat(codec.<Object>read(codec.write(value), (Class<Object>) value.getClass()))
                .hasValue(value);
    }

    @Test
    void numbersInUntypedValuesKeepEveryDigit() {
        assertThat(codec.read("{\"n\":1.10,\"big\":123456789012345678901234567890}", Map.class))
                .hasValue(Map.of("n", new BigDecimal("1.10"), "big", new BigInteger("123456789012345678901234567890")));
    }

    @Test
    void aRecordIsSplitIntoItsComponentsAndJoinedFromThem() {
        Map<String, String> split = codec.split(new Profile("Ada", 36, List.of("maths"), null));

        assertThat(split)
                .as("components only, no isAdult")
                .containsExactly(
                        Map.entry("name", "\"Ada\""),
                        Map.entry("age", "36"),
                        Map.entry("interests", "[\"maths\"]"),
                        Map.entry("city", "null"));
        assertThat(codec.join(split, Profile.class)).hasValue(new Profile("Ada", 36, List.of("maths"), null));
    }

    @Test
    void exactNumbersAndTimesSurviveSplitAndJoin() {
        record Numbers(BigDecimal price, BigInteger count, double ratio, float small, Times times) {}
        Numbers numbers = new Numbers(
                new BigDecimal("1.1000"),
                new BigInteger("123456789012345678901234567890"),
                0.1,
                1.1f,
                new Times(
                        Instant.parse("2026-11-23T03:52:10.000000001Z"),
                        LocalDate.EPOCH,
                        OffsetDateTime.parse("2026-11-23T03:52:10+05:30"),
                        ZonedDateTime.parse("2026-07-01T12:00:00+02:00[Europe/Berlin]"),
                        Duration.ofMillis(1)));

        assertThat(codec.join(codec.split(numbers), Numbers.class)).hasValue(numbers);
    }

    @Test
    void aClassWithSettersWorksLikeARecord() {
        assertThat(codec.split(Point.of(1, 2))).isEqualTo(Map.of("x", "1", "y", "2"));
        assertThat(codec.join(Map.of("x", "1", "y", "2"), Point.class))
                .hasValueSatisfying(
                        p -> assertThat(p).usingRecursiveComparison().isEqualTo(Point.of(1, 2)));
    }

    @Test
    void namesAndAliasesOfJacksonAreKept() {
        assertThat(codec.split(new Renamed("Ada", 36))).isEqualTo(Map.of("given_name", "\"Ada\"", "age", "36"));
        assertThat(codec.join(Map.of("given_name", "\"Ada\"", "years", "36"), Renamed.class))
                .hasValue(new Renamed("Ada", 36));
    }

    @Test
    void entriesOfOthersAreNotLookedAt() {
        assertThat(codec.join(Map.of("step", "not JSON at all"), Profile.class)).isEmpty();
        assertThat(codec.join(
                        Map.of("name", "\"Ada\"", "age", "1", "interests", "[]", "step", "not JSON"), Profile.class))
                .hasValue(new Profile("Ada", 1, List.of(), null));
    }

    @Test
    void unknownPropertiesAreIgnored() {
        assertThat(codec.read("{\"x\":1,\"y\":2,\"z\":3}", Point.class)).isPresent();
    }

    @Test
    void anAbsentPrimitiveIsAnErrorWhereverItStands() {
        unreadable(() -> codec.join(Map.of("name", "\"Ada\""), Profile.class), "age");
        unreadable(() -> codec.join(Map.of("x", "1"), Point.class), "y");
        unreadable(() -> codec.join(Map.of("x", "1", "y", "null"), Point.class), "y");
        unreadable(() -> codec.read("{\"name\":\"Ada\",\"interests\":[]}", Profile.class), "");
        unreadable(() -> codec.read("{\"x\":1}", Point.class), "");
        unreadable(() -> codec.join(Map.of("profile", "{\"name\":\"Ada\"}"), Nested.class), "profile");
        unreadable(
                () -> codec.join(Map.of("profile", "{\"name\":\"Ada\",\"age\":1}", "point", "{\"x\":1}"), Nested.class),
                "point");
        unreadable(() -> codec.read("null", int.class), "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"secret42\"", "1.5", "{\"secret42\":1}", "[1]", "true", "secret42", "", "1 2", "1,\"age\":2"})
    void whatIsNoWholeNumberIsRefusedWithoutShowingIt(String json) {
        unreadable(() -> codec.read(json, Integer.class), "");
        unreadable(() -> codec.join(Map.of("name", "\"Ada\"", "age", json, "interests", "[]"), Profile.class), "age");
    }

    @Test
    void aConstructorsRefusalIsToldWithoutItsMessage() {
        unreadable(() -> codec.join(Map.of("name", "\"secret42\""), Picky.class), "");
    }

    private static void unreadable(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String field) {
        assertThatExceptionOfType(UnreadableDataException.class)
                .isThrownBy(call)
                .satisfies(e -> {
                    assertThat(e.field()).isEqualTo(field);
                    assertThat(e.toString()).doesNotContain("secret42");
                    assertThat(e).hasNoCause();
                });
    }

    @Test
    void halfASurrogatePairIsWrittenAsAnEscape() {
        String half = "cut " + "😀".charAt(0) + " off";
        String json = codec.write(Map.of("key", half));

        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(json)).isTrue();
        assertThat(codec.read(json, Map.class)).hasValue(Map.of("key", half));
        assertThat(codec.read(codec.split(new Picky(half)).get("name"), String.class))
                .hasValue(half);
    }

    @Test
    void halfASurrogatePairInANameIsReadBackOrRefused() {
        Map<String, Integer> halfName = Map.of("key" + "😀".charAt(1), 1);
        Optional<String> json = Optional.empty();
        try {
            json = Optional.of(codec.write(halfName));
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("cannot be written");
        }
        json.ifPresent(text -> assertThat(codec.read(text, Map.class)).hasValue(halfName));
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        assertThatThrownBy(() -> codec.write(new Object()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
        for (Object noData : List.of("text", 1, List.of(), Map.of("a", 1), Thread.State.NEW)) {
            assertThatThrownBy(() -> codec.split(noData))
                    .as("%s", noData.getClass())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(noData.getClass().getName());
        }
    }

    @Test
    void aMapperThatTakesTypesFromTheTextIsRefused() {
        ObjectMapper unsafe = new ObjectMapper()
                .activateDefaultTyping(BasicPolymorphicTypeValidator.builder()
                        .allowIfBaseType(Object.class)
                        .build());
        assertThatThrownBy(() -> new JacksonCodec(unsafe)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMapperOfTheUsersIsCopiedNotChanged() {
        ObjectMapper own = new ObjectMapper();
        new JacksonCodec(own);
        assertThat(own.getRegisteredModuleIds()).isEmpty();
    }
}
