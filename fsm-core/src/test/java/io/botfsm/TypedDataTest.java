package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.botfsm.json.JacksonCodec;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** After {@code data(x)}, {@code data(type)} equals {@code x}; otherwise the write is refused and nothing is stored. */
@Timeout(60)
class TypedDataTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final FsmTestStorage storage = new FsmTestStorage();
    private final Fsm fsm = Fsm.of(storage);

    @AfterEach
    void close() {
        storage.close();
    }

    private static <T> void isReadBack(Fsm fsm, T record) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) record.getClass();
        fsm.context(KEY).update(turn -> turn.data(record));
        assertThat(fsm.context(KEY).data(type)).hasValue(record);
    }

    // What a mapper leaves out

    @JsonInclude(Include.NON_NULL)
    record NonNull(String size, @Nullable String note) {}

    @JsonInclude(Include.NON_EMPTY)
    record NonEmpty(String size, List<String> extras) {}

    @JsonInclude(Include.NON_DEFAULT)
    record NonDefault(String size, int count) {}

    @JsonInclude(Include.NON_ABSENT)
    record NonAbsent(String size, @Nullable String note) {}

    record ByProperty(
            String size,
            @JsonInclude(Include.NON_EMPTY) String note,
            @JsonInclude(content = Include.NON_NULL) Map<String, @Nullable String> answers) {}

    record Outer(String size, NonEmpty inner, List<NonDefault> more) {}

    @Test
    void propertiesThatTheTypeOmitsAreWritten() {
        isReadBack(fsm, new NonNull("L", "no onions"));
        isReadBack(fsm, new NonNull("L", null));
        isReadBack(fsm, new NonEmpty("L", List.of("olives")));
        isReadBack(fsm, new NonEmpty("L", List.of()));
        isReadBack(fsm, new NonEmpty("", List.of()));
        isReadBack(fsm, new NonDefault("L", 3));
        isReadBack(fsm, new NonDefault("L", 0));
        isReadBack(fsm, new NonAbsent("L", "no onions"));
        isReadBack(fsm, new NonAbsent("L", null));
        isReadBack(fsm, new ByProperty("L", "now", Map.of("a", "b")));
        Map<String, @Nullable String> unanswered = new LinkedHashMap<>();
        unanswered.put("a", null);
        isReadBack(fsm, new ByProperty("L", "", unanswered));
        isReadBack(fsm, new ByProperty("L", "", Map.of()));
        isReadBack(fsm, new Outer("L", new NonEmpty("S", List.of()), List.of(new NonDefault("", 0))));
    }

    static final class Counter {
        public AtomicInteger seen = new AtomicInteger();
    }

    @Test
    void valuesWithoutEqualsOfTheirOwnAreEqualIfTheyAreWrittenAlike() {
        Counter counter = new Counter();
        counter.seen.set(3);
        fsm.context(KEY).update(turn -> turn.data(counter).put("more", new AtomicInteger(4)));
        assertThat(fsm.context(KEY).data(Counter.class).orElseThrow().seen).hasValue(3);
        assertThat(fsm.context(KEY).value("more", Integer.class)).hasValue(4);
    }

    record Order(String size, @Nullable String note, List<String> extras, int count) {}

    @ParameterizedTest
    @EnumSource(names = {"NON_NULL", "NON_ABSENT", "NON_EMPTY", "NON_DEFAULT"})
    void propertiesThatTheMapperOmitsAreWritten(Include omitted) {
        ObjectMapper all =
                new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Value.construct(omitted, omitted));
        ObjectMapper byType = new ObjectMapper();
        for (Class<?> type : List.of(String.class, List.class, int.class, Map.class)) {
            byType.configOverride(type).setInclude(JsonInclude.Value.construct(omitted, omitted));
        }
        for (ObjectMapper mapper : List.of(all, byType)) {
            Fsm own = Fsm.builder(storage).codec(new JacksonCodec(mapper)).build();
            isReadBack(own, new Order("L", "no onions", List.of("olives"), 3));
            isReadBack(own, new Order("", null, List.of(), 0));
            own.context(KEY).updateData("answers", Map.of("a", "", "b", List.of()));
            assertThat(own.context(KEY).value("answers", Map.class)).contains(Map.of("a", "", "b", List.of()));
        }
    }

    @Test
    void entriesOfOthersStay() {
        storage.apply(
                KEY,
                Mutation.builder().put("paid", "true").put("note", "\"old\"").build());
        isReadBack(fsm, new NonNull("L", null));
        assertThat(storage.stored(KEY).data()).isEqualTo(Map.of("paid", "true", "size", "\"L\""));
    }

    // Former names

    record Renamed(@JsonAlias({"name", "nick"}) String fullName) {}

    @SuppressWarnings("unused")
    static final class RenamedClass {
        @JsonAlias("name")
        public String fullName = "";
    }

    record Swapped(
            @JsonAlias("name") String fullName, @Nullable String name) {}

    @Test
    void aFormerNameIsReadAndGoesWithTheWrite() {
        storage.apply(
                KEY, Mutation.builder().put("name", "\"Ann\"").put("step", "1").build());
        assertThat(fsm.context(KEY).data(Renamed.class)).contains(new Renamed("Ann"));
        isReadBack(fsm, new Renamed("Bob"));
        assertThat(storage.stored(KEY).data()).isEqualTo(Map.of("fullName", "\"Bob\"", "step", "1"));

        storage.apply(
                KEY,
                Mutation.builder().put("name", "\"Ann\"").remove("fullName").build());
        fsm.context(KEY).update(turn -> {
            RenamedClass renamed = turn.data(RenamedClass.class).orElseThrow();
            assertThat(renamed.fullName).isEqualTo("Ann");
            renamed.fullName = "Bob";
            return turn.data(renamed);
        });
        assertThat(fsm.context(KEY).data(RenamedClass.class).orElseThrow().fullName)
                .isEqualTo("Bob");
        assertThat(storage.stored(KEY).data()).isEqualTo(Map.of("fullName", "\"Bob\"", "step", "1"));
    }

    @Test
    void thePresentNameIsPreferredToFormerOnes() {
        storage.apply(
                KEY,
                Mutation.builder()
                        .put("fullName", "\"Bob\"")
                        .put("name", "not even JSON")
                        .put("nick", "\"B\"")
                        .build());
        assertThat(fsm.context(KEY).data(Renamed.class)).contains(new Renamed("Bob"));
    }

    @Test
    void aFormerNameThatIsAnotherPropertyNowStaysThatPropertys() {
        isReadBack(fsm, new Swapped("Bob Dylan", "Bob"));
        isReadBack(fsm, new Swapped("Bob Dylan", null));
    }

    // What Jackson drops, adds or converts

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(Circle.class), @JsonSubTypes.Type(Square.class)})
    sealed interface Shape permits Circle, Square {}

    record Circle(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    record Drawing(String title, Shape shape, List<Shape> more) {}

    record Spread(String name, @JsonAnyGetter @JsonAnySetter Map<String, String> rest) {}

    @SuppressWarnings("unused")
    static final class SpreadClass {
        public String name = "Ann";
        private final Map<String, String> rest = new TreeMap<>();

        @JsonAnyGetter
        public Map<String, String> rest() {
            return rest;
        }

        @JsonAnySetter
        void rest(String name, String value) {
            rest.put(name, value);
        }
    }

    record Address(String street, String town) {}

    record Unwrapped(String name, @JsonUnwrapped Address address) {}

    record WriteOnly(
            String name,

            @JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
            String secret) {}

    record ReadOnly(
            String name,

            @JsonProperty(access = JsonProperty.Access.READ_ONLY)
            String secret) {}

    record Ignored(String name, @JsonIgnore String secret) {}

    @JsonIgnoreProperties("secret")
    record IgnoredByType(String name, String secret) {}

    interface Discreet {
        @JsonIgnore
        String secret();
    }

    record IgnoredByInterface(String name, String secret) implements Discreet {}

    @SuppressWarnings("unused")
    static final class Hidden {
        public String name = "Ann";
        private final String secret;

        Hidden() {
            this("");
        }

        Hidden(String secret) {
            this.secret = secret;
        }
    }

    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    record AsArray(String name, int count) {}

    record Wrapped(Map<String, String> inside) {
        @JsonValue
        Map<String, String> value() {
            return inside;
        }
    }

    record Rounded(
            @JsonFormat(pattern = "yyyy-MM-dd'T'HH:mm") LocalDateTime at, String name) {}

    record Printed(
            @JsonSerialize(using = ToStringSerializer.class) Address address) {}

    static class Base {
        public String name = "Ann";
    }

    static final class Derived extends Base {
        public String more = "lost";
    }

    record HoldsBase(Base base) {}

    record HoldsAnything(Object anything) {}

    record Box<T>(T content) {}

    @JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class, property = "@id")
    @SuppressWarnings("unused")
    static final class Friend {
        public String name = "";
        public @Nullable Friend best;
    }

    @JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class, property = "@id")
    static final class Node {
        public int count;
    }

    static final class Money {
        private int cents;

        Money(int cents) {
            this.cents = cents;
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Money of(String text) {
            return new Money(Integer.parseInt(text));
        }

        @JsonValue
        String text() {
            return Integer.toString(cents);
        }

        public int getCents() {
            return cents;
        }

        public void setCents(int cents) {
            this.cents = cents;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Money money && money.cents == cents;
        }

        @Override
        public int hashCode() {
            return cents;
        }
    }

    static final class English {
        public @Nullable String language = "en";
        public String name = "Ann";
    }

    private static SpreadClass spread() {
        SpreadClass spread = new SpreadClass();
        spread.rest("lost", "1");
        return spread;
    }

    static List<Object> lossy() {
        English withoutLanguage = new English();
        withoutLanguage.language = null;
        Friend selfReferencing = new Friend();
        selfReferencing.best = selfReferencing;
        return List.of(
                new Circle(1),
                new Spread("Ann", Map.of("lost", "1")),
                spread(),
                new WriteOnly("Ann", "lost"),
                new ReadOnly("Ann", "lost"),
                new Ignored("Ann", "lost"),
                new IgnoredByType("Ann", "lost"),
                new IgnoredByInterface("Ann", "lost"),
                new Hidden("lost"),
                new AsArray("Ann", 1),
                new Wrapped(Map.of("a", "b")),
                new Rounded(LocalDateTime.of(2026, 1, 1, 1, 1, 59), "Ann"),
                new Printed(new Address("Main", "X")),
                new HoldsBase(new Derived()),
                new HoldsAnything(Instant.EPOCH),
                new HoldsAnything(new Address("Main", "X")),
                new Box<>(new Address("Main", "X")),
                new Unwrapped("Ann", new Address("Main", "X")),
                withoutLanguage,
                selfReferencing);
    }

    @ParameterizedTest
    @MethodSource("lossy")
    void typedDataThatWouldNotBeReadBackIsRefusedByName(Object record) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fsm.context(KEY).update(turn -> turn.data(record)))
                .withMessageContaining(record.getClass().getName())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("lost"));
        assertThat(storage.writes).hasValue(0);
    }

    static List<Object> lossyValues() {
        return List.of(
                new WriteOnly("Ann", "lost"),
                new ReadOnly("Ann", "lost"),
                new Ignored("Ann", "lost"),
                new IgnoredByInterface("Ann", "lost"),
                new Hidden("lost"),
                new Printed(new Address("Main", "X")),
                new HoldsBase(new Derived()),
                new HoldsAnything(new Address("Main", "X")),
                new Box<>(Instant.EPOCH));
    }

    @ParameterizedTest
    @MethodSource("lossyValues")
    void aValueThatWouldNotBeReadBackIsRefusedByNameAloneAndInAContainer(Object value) {
        for (Object put :
                List.of(value, List.of(value), Map.of("a", List.of(value)), new Object[] {value}, Set.of(value))) {
            assertThatIllegalArgumentException()
                    .as("%s", put.getClass())
                    .isThrownBy(() -> fsm.context(KEY).updateData("x", put));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fsm.context(KEY).updateData("x", List.of(value)))
                .withMessageContaining(value.getClass().getName())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("lost"));
        assertThat(storage.writes).hasValue(0);
    }

    @Test
    void refusalsNameTheAnnotation() {
        Map<Object, String> refused = new LinkedHashMap<>();
        refused.put(new Circle(1), "@JsonTypeInfo");
        refused.put(spread(), "@JsonAnyGetter");
        refused.put(new Unwrapped("Ann", new Address("Main", "X")), "@JsonUnwrapped");
        refused.put(new Ignored("Ann", "lost"), "@JsonIgnore");
        refused.put(new IgnoredByInterface("Ann", "lost"), "@JsonIgnore");
        refused.put(new WriteOnly("Ann", "lost"), "@JsonProperty");
        refused.put(new IgnoredByType("Ann", "lost"), "@JsonIgnoreProperties");
        refused.put(new AsArray("Ann", 1), "@JsonFormat");
        refused.put(new Wrapped(Map.of("a", "b")), "@JsonValue");
        refused.put(new Hidden("lost"), "\"secret\"");
        refused.forEach((record, name) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> fsm.context(KEY).update(turn -> turn.data(record)))
                .withMessageContaining(name));
    }

    @Test
    void aTypeIdIsKeptWhereTheDeclaredTypeHasItAndRefusedWhereItWouldBeDropped() {
        isReadBack(fsm, new Drawing("d", new Circle(1), List.of(new Square(2), new Circle(3))));
        fsm.context(KEY).updateData("shape", new Circle(1));
        assertThat(fsm.context(KEY).value("shape", Shape.class)).contains(new Circle(1));
        Shape[] shapes = {new Circle(1), new Square(2)};
        fsm.context(KEY).updateData("shapes", shapes);
        assertThat(fsm.context(KEY).value("shapes", Shape[].class).orElseThrow())
                .containsExactly(shapes);

        for (Object dropping : List.of(
                List.of(new Circle(1)), Map.of("a", new Circle(1)), List.of(Map.of("a", Set.of(new Circle(1)))))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fsm.context(KEY).updateData("shapes", dropping))
                    .withMessageContaining("@JsonTypeInfo")
                    .withMessageContaining("array");
        }
    }

    @Test
    void whatRoundTripsInSpiteOfAnAnnotationIsStored() {
        Friend ann = new Friend();
        Friend bob = new Friend();
        ann.name = "Ann";
        ann.best = bob;
        bob.best = ann;
        fsm.context(KEY).updateData("friends", new Friend[] {ann, bob});
        Friend[] back = fsm.context(KEY).value("friends", Friend[].class).orElseThrow();
        assertThat(back[0].best).isSameAs(back[1]);
        assertThat(back[1].best).isSameAs(back[0]);

        Node first = new Node();
        first.count = 1;
        fsm.context(KEY).updateData("twice", new Node[] {first, first});
        assertThat(fsm.context(KEY).value("twice", Node[].class).orElseThrow()).allMatch(node -> node.count == 1);
        fsm.context(KEY).updateData("euro", new Money(5));
        assertThat(fsm.context(KEY).value("euro", Money.class)).contains(new Money(5));

        fsm.context(KEY).updateData("array", new AsArray("Ann", 1));
        assertThat(fsm.context(KEY).value("array", AsArray.class)).contains(new AsArray("Ann", 1));
        isReadBack(fsm, new Rounded(LocalDateTime.of(2026, 1, 1, 1, 1), "Ann"));
        isReadBack(fsm, new Box<>("text"));
        isReadBack(fsm, new HoldsAnything(List.of(1, "a", Map.of("b", true))));
    }

    @Test
    void aMapWhoseKeysWouldBecomeTextIsRefused() {
        for (Object keyed : List.of(Map.of(new Address("Main", "X"), 1), List.of(Map.of(List.of(1), 1)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fsm.context(KEY).updateData("x", keyed))
                    .withMessageContaining("key");
        }
        fsm.context(KEY).updateData("counts", Map.of(1, "a", 2, "b"));
        assertThat(fsm.context(KEY).value("counts", Map.class)).contains(Map.of("1", "a", "2", "b"));
    }

    // Third-party types

    @SuppressWarnings("unused")
    static final class Prefixed {
        private String _name = "";
        private final transient int cached = 42;

        public String getName() {
            return _name;
        }

        public void setName(String name) {
            _name = name;
        }
    }

    @Test
    void aClassWhosePropertiesAreReadAndWrittenByMethodsIsStored() {
        Prefixed prefixed = new Prefixed();
        prefixed.setName("Ann");
        fsm.context(KEY).update(turn -> turn.data(prefixed).put("copy", List.of(prefixed)));
        assertThat(fsm.context(KEY).data(Prefixed.class).orElseThrow().getName())
                .isEqualTo("Ann");
        Collection<?> copies = fsm.context(KEY).value("copy", List.class).orElseThrow();
        assertThat(copies).hasSize(1);
    }
}
