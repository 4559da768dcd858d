package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ChatMoveReport;
import io.botfsm.catalog.ConversationExport;
import io.botfsm.catalog.ConversationImport;
import io.botfsm.catalog.Erasure;
import io.botfsm.catalog.ErasureReport;
import io.botfsm.catalog.ImportReport;
import io.botfsm.catalog.Preflight;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page for operators shows. */
class OperatorsTest {
    private final MemoryStateStorage storage = new MemoryStateStorage();

    @BeforeEach
    void fill() {
        for (long user = 1; user <= 3_000; user++) {
            Mutation write = Mutation.builder()
                    .state(user % 2 == 0 ? "Order:ADDRESS" : "Order:SIZE")
                    .build();
            storage.write(StorageKey.bot(1).chat(user).user(user).build(), write)
                    .toCompletableFuture()
                    .join();
        }
    }

    // snippet: find-conversations
    static void list(StateStorage storage, long botId, Consumer<String> out) {
        ConversationCatalog catalog =
                storage.extension(ConversationCatalog.class).orElseThrow();
        try (Stream<FoundConversation> found =
                catalog.find(ConversationFilter.bot(botId).state("Order:ADDRESS"))) {
            found.forEach(conversation -> out.accept(conversation.key() + " version=" + conversation.version()));
        }
    }
    // end

    @Test
    void conversationsAreFound() {
        List<String> lines = new ArrayList<>();
        list(storage, 1, lines::add);
        assertThat(lines).hasSize(1_500).allMatch(line -> line.matches("bot=1 chat=\\d+ user=\\d+ version=\\d+"));
    }

    // snippet: resume-scan
    static void visit(ConversationCatalog catalog, Path cursorFile, Consumer<FoundConversation> visitor)
            throws IOException {
        Optional<String> cursor = Files.exists(cursorFile)
                ? Optional.of(Files.readString(cursorFile)) // of a process that was stopped
                : Optional.empty();
        do {
            CatalogPage page = catalog.page(ConversationFilter.all(), cursor);
            page.found().forEach(visitor);
            page.unreadable().forEach(record -> System.err.println(record.name() + ": " + record.reason()));
            cursor = page.next();
            if (cursor.isPresent()) {
                Files.writeString(cursorFile, cursor.get());
            }
        } while (cursor.isPresent());
        Files.deleteIfExists(cursorFile);
    }
    // end

    @Test
    void aScanGoesOn(@TempDir Path directory) throws IOException {
        ConversationCatalog catalog =
                storage.extension(ConversationCatalog.class).orElseThrow();
        Path cursor = directory.resolve("cursor");
        Files.writeString(
                cursor,
                catalog.page(ConversationFilter.all(), Optional.empty()).next().orElseThrow());
        List<FoundConversation> found = new ArrayList<>();
        visit(catalog, cursor, found::add);
        assertThat(found).hasSize(2_000);
        assertThat(cursor).doesNotExist();
    }

    // snippet: erase-user
    static ErasureReport erase(StateStorage storage, long userId) {
        return Erasure.of(storage).erase(ConversationFilter.all().user(userId));
    }
    // end

    @Test
    void aUserIsErased() {
        assertThat(erase(storage, 7).erased()).isEqualTo(1);
        assertThat(erase(storage, 7).erased()).isZero();
    }

    // snippet: move-chat
    static ChatMoveReport move(StateStorage storage, long botId, long oldChat, long newChat) {
        return ChatMove.of(storage).move(botId, oldChat, newChat);
    }
    // end

    @Test
    void aChatIsMoved() {
        assertThat(move(storage, 1, 7, 70_000).moved()).isEqualTo(1);
        assertThat(move(storage, 1, 7, 70_000).moved()).isZero();
    }

    // snippet: export-import
    static ImportReport copy(StateStorage from, StateStorage to, Path file) throws IOException {
        ConversationCatalog catalog = from.extension(ConversationCatalog.class).orElseThrow();
        ConversationExport.builder(catalog)
                .progress(done -> System.err.println(done + " exported"))
                .build()
                .writeTo(file);
        return ConversationImport.builder(to)
                .existing(ConversationImport.Existing.SKIP) // or REPLACE
                .progress(done -> System.err.println(done + " imported"))
                .build()
                .readFrom(file);
    }
    // end

    @Test
    void conversationsAreCopied(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("conversations.jsonl");
        assertThat(copy(storage, new MemoryStateStorage(), file).imported()).isEqualTo(3_000);
        assertThat(copy(storage, storage, file).skipped()).isEqualTo(3_000);
    }

    enum Order {
        SIZE
    }

    record Pizza(String size) {}

    // snippet: preflight
    static int preflight(StateStorage storage, long botId, Consumer<String> out) {
        Fsm fsm = Fsm.builder(storage).states(Order.class).build(); // as the new build makes it
        Preflight report = Preflight.check(
                storage.extension(ConversationCatalog.class).orElseThrow(),
                ConversationFilter.bot(botId),
                fsm,
                Pizza.class); // each type that the build reads by data(...)
        report.unreadable().forEach(each -> out.accept(each.toString()));
        report.records().forEach(each -> out.accept(each.toString()));
        return report.isClean() ? 0 : 1;
    }
    // end

    @Test
    void whatABuildCannotReadIsListed() {
        List<String> lines = new ArrayList<>();
        assertThat(preflight(storage, 1, lines::add)).isEqualTo(1);
        assertThat(lines)
                .hasSize(1_000)
                .first()
                .asString()
                .contains(": state: stored state \"Order:ADDRESS\" matches no registered state; if the state");
        assertThat(preflight(storage, 2, lines::add)).isZero();
    }
}
