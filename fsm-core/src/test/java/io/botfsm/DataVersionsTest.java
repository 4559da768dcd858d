package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.botfsm.internal.text.Text;
import io.botfsm.json.GenericType;
import io.botfsm.json.NewerDataException;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Data of a former version is read as the current version, and stored as such by the next write of the type. */
@Timeout(60)
class DataVersionsTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    /** Holds the type as the first build declared it: another class with the same simple name. */
    static final class One {
        record Profile(String name, String age) {}
    }

    static final class Two {
        record Profile(String fullName, String age) {}
    }

    record Profile(String fullName, int age, List<String> tags) {}

    static final class Four {
        record Profile(String label) {}
    }

    private static final Profile ADA = new Profile("Ada", 36, List.of());

    private final FsmTestStorage storage = new FsmTestStorage();

    @AfterEach
    void close() {
        storage.close();
    }

    private FsmContext build(Class<?> type, Consumer<DataVersions> versions) {
        return Fsm.builder(storage).data(type, versions).build().context(KEY);
    }

    private FsmContext first() {
        return Fsm.of(storage).context(KEY);
    }

    private static void toSecond(StoredData entries) {
        entries.rename("name", "fullName");
    }

    private static void toThird(StoredData entries) {
        entries.value("age", String.class).ifPresent(age -> entries.put("age", Integer.valueOf(age)));
        entries.put("tags", List.of());
    }

    private FsmContext second() {
        return build(Two.Profile.class, d -> d.version(2).from(1, DataVersionsTest::toSecond));
    }

    private FsmContext third() {
        return build(
                Profile.class,
                d -> d.version(3).from(1, DataVersionsTest::toSecond).from(2, DataVersionsTest::toThird));
    }

    private FsmContext fourth() {
        return build(Four.Profile.class, d -> d.version(4).from(3, entries -> entries.rename("fullName", "label")));
    }

    private Snapshot stored() {
        return first().read().snapshot();
    }

    @Test
    void theFirstVersionIsNotRemembered() {
        FsmContext declared = build(One.Profile.class, d -> d.version(1));
        declared.update(turn -> turn.data(new One.Profile("Ada", "36")));
        assertThat(stored().data()).isEqualTo(Map.of("name", "\"Ada\"", "age", "\"36\""));
        assertThat(stored().attributes()).isEmpty();
        assertThat(first().data(One.Profile.class)).hasValue(new One.Profile("Ada", "36"));
    }

    @Test
    void theVersionIsKeptApartFromTheData() {
        third().update(turn -> turn.data(ADA));
        assertThat(stored().data()).containsOnlyKeys("fullName", "age", "tags");
        assertThat(stored().attributes()).isEqualTo(Map.of("data.Profile", "3"));
        third().setData(Map.of("fullName", "Bob", "age", 40, "tags", List.of()));
        assertThat(third().data(Profile.class)).as("replaced as it is now").hasValue(new Profile("Bob", 40, List.of()));
    }

    @Test
    void aVersionThatIsNoNumberIsNamed() {
        storage.apply(
                KEY,
                Mutation.builder()
                        .state("A")
                        .attribute("data.Profile", "secret42")
                        .build());
        assertThatExceptionOfType(UnreadableDataException.class)
                .isThrownBy(() -> third().data(Profile.class))
                .withMessageContaining("attribute data.Profile")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("secret42"));
    }

    @Test
    void aStorageThatCannotRememberIsRefused() {
        storage.capabilities = EnumSet.complementOf(EnumSet.of(Capability.ATTRIBUTES));
        assertThatIllegalArgumentException()
                .isThrownBy(this::third)
                .withMessageContaining("version(3) of " + Profile.class.getName())
                .withMessageContaining("lacks ATTRIBUTES");
        assertThat(build(Profile.class, d -> d.version(1)).data(Profile.class)).isEmpty();
    }

    @Test
    void formerVersionsAreReadThroughAllUpcastersInOrder() {
        first().update(turn -> turn.data(new One.Profile("Ada", "36")));
        assertThat(third().data(Profile.class)).hasValue(ADA);
        assertThat(third().read().data(Profile.class)).hasValue(ADA);
        assertThat(third().<Profile>update(turn -> turn.data(Profile.class).orElseThrow()))
                .isEqualTo(ADA);
        second().update(turn -> turn.data(new Two.Profile("Bob", "40")));
        assertThat(third().data(Profile.class))
                .as("from the second, not from the first")
                .hasValue(new Profile("Bob", 40, List.of()));
    }

    @Test
    void readingWritesNothing() {
        first().update(turn -> turn.data(new One.Profile("Ada", "36")));
        Snapshot before = stored();
        int writes = storage.writes.get();
        third().data(Profile.class);
        third().update(turn -> turn.data(Profile.class));
        third().update(turn -> turn.put("step", 1).data(Profile.class));
        assertThat(storage.writes).as("of the step alone").hasValue(writes + 1);
        third().update(turn -> turn.remove("step"));
        assertThat(stored().data()).isEqualTo(before.data());
    }

    @Test
    void theNextWriteOfTheTypeStoresThePresentVersion() {
        first().update(turn -> turn.data(new One.Profile("Ada", "36")).put("step", 1));
        third().update(turn -> turn.update(Profile.class, ADA, p -> new Profile(p.fullName(), p.age() + 1, p.tags())));
        assertThat(stored().data())
                .as("no entry of the former version is left, others stay")
                .containsKeys("fullName", "age", "tags", "step")
                .doesNotContainKey("name")
                .containsEntry("age", "37");
        FsmContext never = build(
                Profile.class,
                d -> d.version(3).from(1, DataVersionsTest::fails).from(2, DataVersionsTest::fails));
        assertThat(never.data(Profile.class)).hasValue(new Profile("Ada", 37, List.of()));
    }

    private static void fails(StoredData entries) {
        throw new IllegalStateException("secret42 " + entries.names());
    }

    @Test
    void theVersionIsRememberedWithinTheTurn() {
        first().update(turn -> turn.data(new One.Profile("Ada", "36")));
        third().update(turn -> {
            assertThat(turn.data(ADA).data(Profile.class)).hasValue(ADA);
            return turn.update(Profile.class, ADA, p -> new Profile(p.fullName(), 38, List.of("a")));
        });
        assertThat(third().data(Profile.class)).hasValue(new Profile("Ada", 38, List.of("a")));
    }

    @Test
    void aWriteWithoutReadLeavesNoFormerEntry() {
        first().update(turn -> turn.data(new One.Profile("Ada", "36")));
        third().update(turn -> turn.data(new Profile("Bob", 1, List.of())));
        assertThat(stored().data()).doesNotContainKey("name");
        assertThat(third().data(Profile.class)).hasValue(new Profile("Bob", 1, List.of()));
    }

    record Pizza(String size) {}

    @Test
    void upcastersMakeNoDataOutOfNothing() {
        assertThat(third().data(Profile.class)).isEmpty();
        first().update(turn -> turn.data(new Pizza("L")));
        assertThat(third().data(Profile.class)).isEmpty();
        third().update(turn -> turn.data(new Pizza("S")));
        assertThat(stored().data()).containsOnlyKeys("size");
        third().update(turn -> turn.data(ADA));
        assertThat(third().data(Profile.class)).hasValue(ADA);
    }

    record Nullable2(@Nullable String note) {}

    @Test
    void anObjectOfNothingIsNotRemembered() {
        FsmContext context = build(Nullable2.class, d -> d.version(2).from(1, entries -> {}));
        context.update(turn -> turn.data(new Nullable2("a")));
        assertThat(stored().attributes()).isEqualTo(Map.of("data.Nullable2", "2"));
        context.update(turn -> turn.state("STAYS").data(new Nullable2(null)));
        assertThat(stored().data()).isEmpty();
        assertThat(stored().attributes()).isEmpty();
    }

    @Test
    void clearingForgetsTheVersion() {
        third().update(turn -> turn.data(ADA));
        third().clear();
        first().update(turn -> turn.data(new One.Profile("Bob", "40")));
        assertThat(third().data(Profile.class)).hasValue(new Profile("Bob", 40, List.of()));
    }

    @Test
    void aNewerVersionIsRefusedByBothNumbersAndNothingChanges() {
        third().update(turn -> turn.data(new Profile("secret42", 36, List.of())));
        Snapshot before = stored();
        refusesAsNewer(first(), One.Profile.class, new One.Profile("Bob", "1"), "age", 3, 1);
        refusesAsNewer(second(), Two.Profile.class, new Two.Profile("Bob", "1"), "fullName", 3, 2);
        fourth().update(turn -> turn.data(new Four.Profile("secret42")));
        assertThat(stored().data()).doesNotContainKey("fullName");
        refusesAsNewer(third(), Profile.class, ADA, "age", 4, 3);
        assertThat(before.data()).containsKey("fullName");
    }

    private void refusesAsNewer(
            FsmContext build, Class<?> type, Object record, String entry, int storedVersion, int known) {
        Snapshot before = stored();
        Consumer<Turn> readsAndChanges = turn -> turn.put("step", 1).data(type);
        for (Runnable use : List.<Runnable>of(
                () -> build.data(type),
                () -> build.read().data(type),
                () -> build.update(turn -> turn.data(record)),
                () -> {
                    build.update(turn -> {
                        readsAndChanges.accept(turn);
                        return turn;
                    });
                })) {
            assertThatExceptionOfType(NewerDataException.class)
                    .isThrownBy(use::run)
                    .withMessageContaining(KEY + ": data entry \"" + entry + "\"")
                    .withMessageContaining(type.getName())
                    .withMessageContaining("stored in version " + storedVersion)
                    .withMessageContaining("up to version " + known)
                    .satisfies(e -> assertThat(e.storedVersion()).isEqualTo(storedVersion))
                    .satisfies(e -> assertThat(e.knownVersion()).isEqualTo(known))
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("secret42"));
        }
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void clearIsTheWayOutOfANewerVersion() {
        fourth().update(turn -> turn.data(new Four.Profile("Ada")));
        third().update(turn -> turn.clear().data(ADA));
        assertThat(third().data(Profile.class)).hasValue(ADA);
    }

    @Test
    void aVersionThatIsNoLongerReadIsNamedWithTheRemedy() {
        first().update(turn -> turn.data(new One.Profile("secret42", "36")));
        FsmContext later = build(Profile.class, d -> d.version(3).from(2, DataVersionsTest::toThird));
        assertThatExceptionOfType(UnreadableDataException.class)
                .isThrownBy(() -> later.data(Profile.class))
                .withMessageContaining("data entry \"age\"")
                .withMessageContaining("version 1")
                .withMessageContaining("from(1, ...)")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("secret42"));
        later.clear();
        assertThat(later.data(Profile.class)).isEmpty();
    }

    @Test
    void aFailingUpcasterIsNamedWithoutItsMessage() {
        first().update(turn -> turn.data(new One.Profile("Ada", "secret42")));
        Snapshot before = stored();
        for (Runnable use :
                List.<Runnable>of(() -> third().data(Profile.class), () -> third().update(turn -> turn.data(ADA)))) {
            assertThatExceptionOfType(UnreadableDataException.class)
                    .isThrownBy(use::run)
                    .withMessageContaining(KEY + ": ")
                    .withMessageContaining("upcaster from version 2 failed with java.lang.NumberFormatException")
                    .withNoCause()
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("secret42"))
                    .satisfies(e -> assertThat(e.getStackTrace())
                            .extracting(StackTraceElement::getMethodName)
                            .anyMatch(method -> method.contains("toThird")));
        }
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void anEntryThatAnUpcasterCannotReadIsNamed() {
        first().update(turn ->
                turn.put("fullName", "Ada").put("age", Map.of("years", 36)).put("tags", List.of()));
        assertThatExceptionOfType(UnreadableDataException.class)
                .isThrownBy(() -> third().data(Profile.class))
                .withMessageContaining(KEY + ": data entry \"age\" cannot be read as java.lang.String");
    }

    record Item(String name) {}

    record Cart(List<Item> items, Map<String, Integer> counts) {}

    @Test
    void upcastersReadGenericTypes() {
        first().update(turn -> turn.put("items", List.of("a", "b")).put("old", 1));
        FsmContext context = build(
                Cart.class,
                d -> d.version(2)
                        .from(
                                1,
                                entries -> entries.put(
                                                "items",
                                                entries
                                                        .value("items", new GenericType<List<String>>() {})
                                                        .orElseThrow()
                                                        .stream()
                                                        .map(Item::new)
                                                        .toList())
                                        .put(
                                                "counts",
                                                Map.of("all", entries.names().size()))
                                        .remove("old")));
        assertThat(context.data(Cart.class))
                .hasValue(new Cart(List.of(new Item("a"), new Item("b")), Map.of("all", 2)));
        context.update(turn -> turn.update(Cart.class, new Cart(List.of(), Map.of()), cart -> cart));
        assertThat(stored().data()).doesNotContainKey("old");
    }

    @Test
    void versionsOfARenamedClassAreFoundByTheNameThatIsSet() {
        third().update(turn -> turn.data(ADA));
        record Person(String fullName, int age, List<String> tags) {}
        FsmContext renamed =
                build(Person.class, d -> d.storedAs("Profile").version(3).from(2, DataVersionsTest::fails));
        assertThat(renamed.data(Person.class)).hasValue(new Person("Ada", 36, List.of()));
    }

    @Test
    void aTypeOfTheSameNameWithoutVersionsIsLeftAlone() {
        FsmContext context = third();
        context.update(turn -> turn.data(ADA).data(new One.Profile("Bob", "40")));
        assertThat(context.data(One.Profile.class)).hasValue(new One.Profile("Bob", "40"));
    }

    @Test
    void contradictionsAreRefusedWhenDeclared() {
        refuses(d -> d.version(0), "version must be at least 1: 0");
        refuses(d -> d.version(2).from(0, entries -> {}), "from must be at least 1: 0");
        refuses(d -> d.version(2), "version(2) needs from(1, ...)");
        refuses(d -> d.version(4).from(1, entries -> {}).from(3, entries -> {}), "version(4) needs from(2, ...)");
        refuses(
                d -> d.version(2).from(1, entries -> {}).from(2, entries -> {}),
                "from(2) converts to a version above version(2)");
        refuses(d -> d.version(2).from(1, entries -> {}).from(1, entries -> {}), "from(1) is declared twice");
        for (String name : List.of("", "Größe", "a".repeat(60), "a:b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Fsm.builder(storage).data(Profile.class, d -> d.storedAs(name)))
                    .withMessageContaining("ASCII letters, digits and . _ -, not " + Text.field(name));
        }
        Fsm.Builder builder = Fsm.builder(storage).data(Profile.class, d -> {});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.data(One.Profile.class, d -> {}))
                .withMessageContaining(Profile.class.getName())
                .withMessageContaining(One.Profile.class.getName())
                .withMessageContaining("storedAs(...)");
        assertThat(builder.data(One.Profile.class, d -> d.storedAs("One")).build())
                .isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Fsm.builder(storage).data(String.class, d -> {}).build())
                .withMessageContaining("typed data must be a record");
    }

    private void refuses(Consumer<DataVersions> versions, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fsm.builder(storage).data(Profile.class, versions))
                .withMessage("data of " + Profile.class.getName() + ": " + message);
    }
}
