package io.botfsm.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.catalog.ConversationImport.Existing;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExportImportTest {
    private static final int USERS = 2_500;
    private static final String HEADER = "{\"format\":\"botfsm-conversations\",\"version\":1}";

    private final MemoryStateStorage storage = new MemoryStateStorage();

    @TempDir
    Path directory;

    private static StorageKey key(long user) {
        return StorageKey.bot(1).chat(user).user(user).build();
    }

    private void fill() {
        for (int user = 0; user < USERS; user++) {
            Mutation.Builder write = Mutation.builder()
                    .put("text \n\u2028{}:\"\\", "\"Zoë\\n\\ud83d\\ude00 " + user + "\"")
                    .put("number", "1.50")
                    .put("none", "NaN")
                    .eventId(user);
            if (user % 3 != 0) {
                write.state("Order:ADDRESS \u202e");
            }
            if (user % 2 == 0) {
                write.attribute("data.Pizza", "2").deadline(Instant.parse("2040-01-01T00:00:00.120Z"));
            }
            storage.write(user == 0 ? hostile() : key(user), write.build())
                    .toCompletableFuture()
                    .join();
        }
    }

    private static StorageKey hostile() {
        return StorageKey.bot("1:{}%\n")
                .chat("\"")
                .user("\uD83D\uDE00")
                .thread(5)
                .business("b\\")
                .destiny("order")
                .build();
    }

    private static Map<StorageKey, Snapshot> all(StateStorage of) {
        Map<StorageKey, Snapshot> all = new LinkedHashMap<>();
        try (var found = catalog(of).find(ConversationFilter.all())) {
            found.forEach(each -> all.put(each.key(), each.snapshot()));
        }
        return all;
    }

    private static ConversationCatalog catalog(StateStorage of) {
        return of.extension(ConversationCatalog.class).orElseThrow();
    }

    private Path export() throws IOException {
        Path file = directory.resolve("conversations.jsonl");
        ConversationExport.builder(catalog(storage)).build().writeTo(file);
        return file;
    }

    private ImportReport read(Path file, Existing existing) throws IOException {
        return ConversationImport.builder(storage).existing(existing).build().readFrom(file);
    }

    /** Returns the parts of a snapshot that an import restores. */
    private static Snapshot carried(Snapshot snapshot) {
        return Snapshot.builder()
                .state(snapshot.state())
                .data(snapshot.data())
                .attributes(snapshot.attributes())
                .deadline(snapshot.deadline())
                .build();
    }

    private static void assertSame(Map<StorageKey, Snapshot> actual, Map<StorageKey, Snapshot> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, snapshot) ->
                assertThat(carried(actual.get(key))).as("%s", key).isEqualTo(carried(snapshot)));
    }

    @Test
    void exportWipeImportGivesTheSameConversationsWithHigherVersions() throws Exception {
        fill();
        Map<StorageKey, Snapshot> before = all(storage);
        assertThat(before).hasSize(USERS);
        List<Long> progress = new ArrayList<>();
        Path file = directory.resolve("conversations.jsonl");
        ExportReport exported = ConversationExport.builder(catalog(storage))
                .progress(progress::add)
                .build()
                .writeTo(file);
        assertThat(exported.exported()).isEqualTo(USERS);
        assertThat(exported.unreadable()).isEmpty();
        assertThat(progress).contains((long) USERS).hasSizeGreaterThan(1).isSorted();

        Erasure.of(storage).erase(ConversationFilter.all());
        progress.clear();
        ImportReport imported = ConversationImport.builder(storage)
                .progress(progress::add)
                .build()
                .readFrom(file);

        assertThat(imported.imported()).isEqualTo(USERS);
        assertThat(imported.skipped() + imported.replaced()).isZero();
        assertThat(progress).contains((long) USERS).hasSizeGreaterThan(1).isSorted();
        Map<StorageKey, Snapshot> after = all(storage);
        assertSame(after, before);
        after.forEach((key, snapshot) ->
                assertThat(snapshot.version()).isGreaterThan(before.get(key).version()));
    }

    @Test
    void anotherStorageIsGivenTheSame() throws Exception {
        fill();
        Path file = export();
        MemoryStateStorage other = new MemoryStateStorage();
        ConversationImport.builder(other).build().readFrom(file);
        assertSame(all(other), all(storage));
    }

    @Test
    void onlyWhatTheFilterMatchesIsExported() throws Exception {
        fill();
        Path file = directory.resolve("some");
        assertThat(ConversationExport.builder(catalog(storage))
                        .filter(ConversationFilter.bot(1).user(7))
                        .build()
                        .writeTo(file)
                        .exported())
                .isEqualTo(1);
        assertThat(Files.readAllLines(file)).hasSize(3).first().isEqualTo(HEADER);
    }

    @Test
    void whatIsThereIsSkippedOrReplaced() throws Exception {
        fill();
        Map<StorageKey, Snapshot> before = all(storage);
        Path file = export();
        Mutation other = Mutation.builder()
                .state("Other")
                .put("other", "1")
                .attribute("other", "1")
                .deadline(Instant.parse("2050-01-01T00:00:00Z"))
                .build();
        storage.write(key(7), other).toCompletableFuture().join();
        Snapshot changed = storage.read(key(7)).toCompletableFuture().join();

        ImportReport skipped = read(file, Existing.SKIP);
        assertThat(skipped.skipped()).isEqualTo(USERS);
        assertThat(storage.read(key(7)).toCompletableFuture().join()).isEqualTo(changed);

        ImportReport replaced = read(file, Existing.REPLACE);
        assertThat(replaced.replaced()).isEqualTo(USERS);
        assertSame(all(storage), before);
        assertThat(storage.read(key(7)).toCompletableFuture().join().version()).isGreaterThan(changed.version());
    }

    /** SQL databases apply the writes of a batch on several connections. */
    @ParameterizedTest
    @EnumSource(Existing.class)
    void aConversationThatIsTwiceInTheFileIsWrittenInItsOrder(Existing existing) throws Exception {
        Path file = Files.write(
                directory.resolve("twice"),
                List.of(
                        HEADER,
                        "{\"key\":\"1:2:3\",\"state\":\"FIRST\"}",
                        "{\"key\":\"1:4:5\",\"state\":\"OTHER\"}",
                        "{\"key\":\"1:2:3\",\"state\":\"LAST\"}",
                        "{\"conversations\":3}"));
        ConversationImport.builder(new LastWriteFirst(storage))
                .existing(existing)
                .build()
                .readFrom(file);
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        assertThat(storage.read(key).toCompletableFuture().join().state())
                .hasValue(existing == Existing.SKIP ? "FIRST" : "LAST");
    }

    /** Applies writes when one of them is waited for, the last one first. */
    private static final class LastWriteFirst extends ForwardingStateStorage {
        private final Deque<Runnable> writes = new ArrayDeque<>();

        LastWriteFirst(StateStorage storage) {
            super(storage);
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            CompletableFuture<Outcome> outcome = new CompletableFuture<>() {
                @Override
                public Outcome get() throws InterruptedException, ExecutionException {
                    while (!writes.isEmpty()) {
                        writes.pop().run();
                    }
                    return super.get();
                }
            };
            writes.push(() -> outcome.complete(
                    storage().write(key, mutation).toCompletableFuture().join()));
            return outcome;
        }
    }

    @Test
    void anotherCallFinishesAnImport() throws Exception {
        fill();
        Map<StorageKey, Snapshot> before = all(storage);
        Path file = export();
        MemoryStateStorage target = new MemoryStateStorage();
        AtomicInteger writes = new AtomicInteger();
        StateStorage failing = new ForwardingStateStorage(target) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return writes.incrementAndGet() == 1_234
                        ? CompletableFuture.failedStage(
                                new StorageUnavailableException(key, Duration.ofSeconds(2), true, null))
                        : super.write(key, mutation);
            }
        };
        ConversationImport again = ConversationImport.builder(failing).build();
        assertThatThrownBy(() -> again.readFrom(file)).isInstanceOf(StorageUnavailableException.class);
        ImportReport report = again.readFrom(file);
        assertThat(report.imported()).isPositive();
        assertThat(report.imported() + report.skipped()).isEqualTo(USERS);
        assertSame(all(target), before);
    }

    @Test
    void aFailedExportLeavesTheFileBefore() throws Exception {
        fill();
        Path file = Files.writeString(directory.resolve("conversations.jsonl"), "before");
        ConversationExport failing = ConversationExport.builder((filter, cursor) -> {
                    if (cursor.isPresent()) {
                        throw new StorageUnavailableException(key(1), Duration.ofSeconds(2), false, null);
                    }
                    return catalog(storage).page(filter, cursor);
                })
                .build();
        assertThatThrownBy(() -> failing.writeTo(file)).isInstanceOf(StorageUnavailableException.class);
        assertThat(file).hasContent("before");
        assertThat(directory).isDirectoryContaining(path -> path.equals(file));
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aNewerFormatIsRefusedByBothNumbers() throws Exception {
        Path file = Files.writeString(
                directory.resolve("newer"), HEADER.replace(":1}", ":5000000000,\"compressed\":true}") + "\nsecret42\n");
        assertThatThrownBy(() -> read(file, Existing.SKIP))
                .isInstanceOf(ImportRefusedException.class)
                .hasMessageContaining(
                        "line 1: the export is of format 5000000000, and this build reads formats up to 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "1.0", "\"1\"", "null"})
    void aHeaderWithoutAPositiveWholeVersionIsRefused(String version) throws Exception {
        Path file = Files.writeString(
                directory.resolve("wrong"), HEADER.replace(":1}", ":" + version + "}") + "\n{\"conversations\":0}\n");
        assertThatThrownBy(() -> read(file, Existing.SKIP))
                .isInstanceOf(ImportRefusedException.class)
                .hasMessageContaining("line 1: it is not the header of a conversation export");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret42",
                "{\"key\":\"1:2:3\",\"state\":\"secret42\"",
                "{\"key\":\"1:2:3\",\"state\":\"secret42\"} {}",
                "{\"key\":\"1:2:3\",\"state\":\"A\",\"state\":\"secret42\"}",
                "[\"secret42\"]",
                "{\"state\":\"secret42\"}",
                "{\"key\":\"secret42\",\"state\":\"A\"}",
                "{\"key\":\"1:2:3\"}",
                "{\"key\":\"1:2:3\",\"state\":\"A\",\"secret42\":1}",
                "{\"key\":\"1:2:3\",\"data\":{\"a\":{\"b\":\"secret42\"}}}",
                "{\"key\":\"1:2:3\",\"data\":[\"secret42\"]}",
                "{\"key\":\"1:2:3\",\"state\":\"secret42 \\ud800\"}",
                "{\"key\":\"1:2:3\",\"state\":\"A\",\"attributes\":{\"secret42 \":\"\"}}",
                "{\"key\":\"1:2:3\",\"state\":\"A\",\"deadline\":\"secret42\"}",
                "{\"key\":\"1:2:3\",\"state\":\"A\",\"deadline\":\"1942-01-01T00:00:00Z\"}",
                "{\"conversations\":42}",
                "{\"conversations\":18446744073709551617}", // 1 if it were cut off
            })
    void anInvalidLineIsNamedByItsNumberAndNothingIsImported(String line) throws Exception {
        Path file = Files.write(
                directory.resolve("invalid"),
                List.of(HEADER, "{\"key\":\"1:2:3\",\"state\":\"A\"}", line, "{\"conversations\":2}"));
        assertThatThrownBy(() -> read(file, Existing.REPLACE))
                .isInstanceOf(ImportRefusedException.class)
                .hasNoCause()
                .hasMessageStartingWith("line 3: ")
                .hasMessageEndingWith("Nothing was imported")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret42"))
                .satisfies(e -> assertThat(((ImportRefusedException) e).line()).isEqualTo(3));
        assertThat(all(storage)).isEmpty();
    }

    @Test
    void aFileThatWasCutOffIsRefused() throws Exception {
        fill();
        Path file = export();
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        Files.write(file, lines.subList(0, lines.size() - 1));
        MemoryStateStorage other = new MemoryStateStorage();
        assertThatThrownBy(() -> ConversationImport.builder(other).build().readFrom(file))
                .isInstanceOf(ImportRefusedException.class)
                .hasMessageContaining("line " + lines.size() + ": the file ends before the last line");
        assertThat(all(other)).isEmpty();

        lines.remove(7);
        Files.write(file, lines);
        assertThatThrownBy(() -> ConversationImport.builder(other).build().readFrom(file))
                .hasMessageContaining("line " + lines.size() + ": its count does not match");
        Files.write(file, List.of("another file"));
        assertThatThrownBy(() -> ConversationImport.builder(other).build().readFrom(file))
                .hasMessageContaining("line 1: ");
        Files.write(file, (HEADER + "\n\u00e9").getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ConversationImport.builder(other).build().readFrom(file))
                .hasMessageContaining("is not UTF-8");
    }

    @Test
    void anEmptyStorageExportsNoConversation() throws Exception {
        assertThat(Files.readAllLines(export())).containsExactly(HEADER, "{\"conversations\":0}");
        assertThat(read(directory.resolve("conversations.jsonl"), Existing.SKIP).imported())
                .isZero();
        assertThat(found()).isEmpty();
    }

    private Optional<FoundConversation> found() {
        try (var found = catalog(storage).find(ConversationFilter.all())) {
            return found.findAny();
        }
    }
}
