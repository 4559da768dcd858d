package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.HostileTexts;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rules 3 and 11: whatever characters keys, names and values hold. */
abstract class TextRules extends StorageRules {
    private static final int MEBIBYTE = 1 << 20;

    TextRules(StateStorageConformance suite) {
        super(suite);
    }

    @Requires(Need.ANY_TEXT)
    void rule03_differentChatsAndUsersNeverShare() {
        String bot = freshBot();
        neverShare(HostileTexts.IDS.stream()
                .flatMap(chat -> HostileTexts.IDS.stream()
                        .map(user -> StorageKey.bot(bot).chat(chat).user(user).build()))
                .toList());
    }

    @Requires(Need.ANY_TEXT)
    void rule03_differentThreadsBusinessesAndDestiniesNeverShare() {
        String bot = freshBot();
        Set<StorageKey> keys = new LinkedHashSet<>();
        keys.add(StorageKey.bot(bot).chat("c").user("u").build());
        for (String a : HostileTexts.IDS) {
            keys.add(StorageKey.bot(bot).chat("c").user("u").thread(a).build());
            keys.add(StorageKey.bot(bot).chat("c").user("u").business(a).build());
            keys.add(StorageKey.bot(bot).chat("c").user("u").destiny(a).build());
            for (String b : List.of("a", "b:c", ":", "%3A", "{", "default", a)) {
                keys.add(StorageKey.bot(bot)
                        .chat("c")
                        .user("u")
                        .thread(a)
                        .business(b)
                        .build());
                keys.add(StorageKey.bot(bot)
                        .chat("c")
                        .user("u")
                        .thread(a)
                        .destiny(b)
                        .build());
                keys.add(StorageKey.bot(bot)
                        .chat("c")
                        .user("u")
                        .business(a)
                        .destiny(b)
                        .build());
                keys.add(StorageKey.bot(bot)
                        .chat("c")
                        .user("u")
                        .thread(a)
                        .business(b)
                        .destiny("d")
                        .build());
            }
        }
        neverShare(List.copyOf(keys));
    }

    @Requires(Need.ANY_TEXT)
    void rule03_differentBotsNeverShare() {
        String prefix = freshBot();
        neverShare(HostileTexts.IDS.stream()
                .flatMap(id -> IntStream.of(1, 2)
                        .mapToObj(chat ->
                                StorageKey.bot(prefix + id).chat(chat).user("u").build()))
                .toList());
    }

    @Requires(Need.ANY_TEXT)
    void rule03_textMovedAcrossPartsIsAnotherKey() {
        String bot = freshBot();
        neverShare(List.of(
                StorageKey.bot(bot).chat("a:b").user("c").build(),
                StorageKey.bot(bot).chat("a").user("b:c").build(),
                StorageKey.bot(bot + ":a").chat("b").user("c").build(),
                StorageKey.bot(bot).chat("a").user("b").thread("c").build(),
                StorageKey.bot(bot).chat("a").user("b").business("c").build(),
                StorageKey.bot(bot).chat("a").user("b").destiny("c").build(),
                StorageKey.bot(bot).chat("a").user("b::c").build(),
                StorageKey.bot(bot).chat("a").user("b:").thread("c").build(),
                StorageKey.bot(bot).chat("a").user("b").thread(":c").build(),
                StorageKey.bot(bot).chat("a").user("b").thread("c").destiny("d").build(),
                StorageKey.bot(bot).chat("a").user("b").thread("c:d").build(),
                StorageKey.bot(bot)
                        .chat("a")
                        .user("b")
                        .thread("c")
                        .business("d")
                        .build(),
                StorageKey.bot(bot).chat("a%3Ab").user("c").build(),
                StorageKey.bot(bot).chat("a%253Ab").user("c").build(),
                StorageKey.bot(bot).chat("a").user("a").thread("default").build(),
                StorageKey.bot(bot).chat("a").user("a").business("default").build(),
                StorageKey.bot(bot).chat("a").user("a").build()));
    }

    /** Writes all, clears every second one, and checks what each key has. */
    private void neverShare(List<StorageKey> keys) {
        TestedStorage storage = open();
        write(storage, keys, i -> change().state("S" + i).put("i", "" + i));
        List<Snapshot> all = read(storage, keys);
        for (int i = 0; i < keys.size(); i++) {
            assertThat(all.get(i).state()).as("state of %s", keys.get(i)).hasValue("S" + i);
            assertThat(all.get(i).data()).as("data of %s", keys.get(i)).isEqualTo(Map.of("i", "" + i));
        }
        write(storage, keys, i -> i % 2 == 0 ? clear() : change().put("second", "1"));
        List<Snapshot> left = read(storage, keys);
        for (int i = 0; i < keys.size(); i++) {
            assertThat(left.get(i).data())
                    .as("data of %s after others were cleared", keys.get(i))
                    .isEqualTo(i % 2 == 0 ? Map.of() : Map.of("i", "" + i, "second", "1"));
        }
    }

    private interface Changes {
        Mutation.Builder of(int index);
    }

    private static void write(TestedStorage storage, List<StorageKey> keys, Changes changes) {
        List<TimedResult<?>> answers = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            answers.add(storage.writing(keys.get(i), changes.of(i)));
            if (answers.size() == 100 || i == keys.size() - 1) {
                answers.forEach(answer -> assertThat(answer.value(DEADLINE)).isInstanceOf(Applied.class));
                answers.clear();
            }
        }
    }

    private static List<Snapshot> read(TestedStorage storage, List<StorageKey> keys) {
        return keys.stream().map(storage::read).toList();
    }

    @Test
    void rule11_anyDataNameComesBack() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Map<String, String> expected = new LinkedHashMap<>();
        for (String name : HostileTexts.NAMES) {
            storage.applied(key, change().put(name, "" + expected.size()));
            expected.put(name, "" + expected.size());
        }
        assertThat(storage.read(key).state()).isEmpty();
        assertThat(storage.read(key).data()).isEqualTo(expected);

        StorageKey whole = freshKey();
        storage.applied(whole, change().state("S").replaceData(expected));
        assertThat(storage.read(whole).state()).hasValue("S");
        assertThat(storage.read(whole).data()).isEqualTo(expected);

        for (String name : HostileTexts.NAMES) {
            storage.applied(whole, change().remove(name));
            expected.remove(name);
            assertThat(storage.read(whole).data()).as("without \"%s\"", name).isEqualTo(expected);
            assertThat(storage.read(whole).state()).hasValue("S");
        }
    }

    @Requires(Need.ANY_TEXT)
    void rule11_anyJsonTextComesBack() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Map<String, String> expected =
                HostileTexts.JSON.stream().collect(Collectors.toMap(json -> "name of " + json, json -> json));
        storage.applied(key, change().replaceData(expected));
        assertThat(storage.read(key).data()).isEqualTo(expected);

        for (String json : HostileTexts.JSON) {
            storage.applied(key, change().put("one", json));
            assertThat(storage.read(key).data()).containsEntry("one", json);
        }
    }

    @Test
    void rule11_anyStateComesBack() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Optional<String> previous = Optional.empty();
        for (String state : HostileTexts.NAMES) {
            Applied applied = storage.applied(key, change().state(state));
            assertThat(applied.previousState()).isEqualTo(previous);
            assertThat(applied.state()).hasValue(state);
            assertThat(storage.read(key).state()).hasValue(state);
            storage.applied(key, change().expectState(state).put("n", "1"));
            storage.conflict(key, change().expectState(state + "x").put("n", "2"));
            storage.conflict(key, change().expectNoState().put("n", "2"));
            previous = Optional.of(state);
        }
    }

    @Test
    void rule11_emptyStateIsAState() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        storage.applied(key, change().state(""));
        assertThat(storage.read(key).state()).hasValue("");
        storage.conflict(key, change().state("A").expectNoState());
        assertThat(storage.applied(key, change().clearState().expectState("")).previousState())
                .hasValue("");
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
        storage.conflict(key, change().state("A").expectState(""));
    }

    @Requires(Need.ANY_TEXT)
    void rule11_aMebibyteComesBack() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        String ascii = "\"" + "x".repeat(MEBIBYTE) + "\"";
        String wide = "\"" + "\ud83e\udd8a\u0000é\n".repeat(MEBIBYTE / 8) + "\"";
        storage.applied(key, change().put("ascii", ascii));
        storage.applied(key, change().put("wide", wide));

        Map<String, String> data = storage.read(key).data();

        assertThat(data.keySet()).containsExactlyInAnyOrder("ascii", "wide");
        assertThat(ascii.equals(data.get("ascii")))
                .as("the ASCII text is the same")
                .isTrue();
        assertThat(wide.equals(data.get("wide")))
                .as("the other text is the same")
                .isTrue();
        storage.applied(key, change().remove("ascii").remove("wide"));
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());
    }

    @Test
    void rule11_aThousandEntriesComeBack() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        Map<String, String> expected = entries(1_000);
        var patch = change();
        expected.forEach(patch::put);
        storage.applied(key, patch);
        assertThat(storage.read(key).data()).isEqualTo(expected);

        var removal = change().state("S");
        entries(999).keySet().forEach(removal::remove);
        storage.applied(key, removal);
        assertThat(storage.read(key).data()).isEqualTo(Map.of("entry 999", "999"));
        assertThat(storage.read(key).state()).hasValue("S");
    }

    @Test
    void rule11_manyThousandEntriesInOneWriteComeBack() {
        TestedStorage storage = open();
        StorageKey key = freshKey();
        for (int count : new int[] {7_999, 8_000, 8_001, 12_345}) {
            storage.applied(key, change().state("S" + count).replaceData(entries(count)));
            Snapshot snapshot = storage.read(key);
            assertThat(snapshot.state()).hasValue("S" + count);
            assertThat(snapshot.data().equals(entries(count)))
                    .as("all %d entries are there", count)
                    .isTrue();
        }
        var removal = change();
        entries(12_345).keySet().forEach(removal::remove);
        storage.applied(key, removal.clearState());
        assertThat(storage.read(key)).isEqualTo(Snapshot.none());

        var patch = change();
        entries(9_001).forEach(patch::put);
        storage.applied(key, patch);
        assertThat(storage.read(key).data().equals(entries(9_001)))
                .as("all patched entries are there")
                .isTrue();
        storage.applied(key, change().replaceData(Map.of("only", "1")));
        assertThat(storage.read(key).data()).isEqualTo(Map.of("only", "1"));
    }

    private static Map<String, String> entries(int count) {
        Map<String, String> entries = new LinkedHashMap<>();
        IntStream.range(0, count).forEach(i -> entries.put("entry " + i, "" + i));
        return entries;
    }
}
