package io.botfsm.examples.onboarding.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionDatabaseTest {
    private static final String STORAGE = "redis localhost:6379/1";
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final Map<String, String> MARKS = Map.of("data.Profile", "2");
    private static final Map<String, String> DATA = Map.of("name", "\"Zoë 😀\"", "age", "31", "x", "1.0e5");

    private Path file;
    private SessionDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        file = folder.resolve("sessions of a bot.db");
        database = SessionDatabase.open(file, STORAGE);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void recoversWhatWasSavedAlsoByAnotherProcess() throws Exception {
        database.save(KEY, snapshot("A", DATA, 7), 70);
        database.save(KEY, snapshot("B", DATA, 8), 80);

        RecoveredConversation saved = RecoveredConversation.of(Optional.of("B"), DATA)
                .withAttributes(MARKS)
                .withLastEvent(EventId.of(80));
        assertThat(database.recover(KEY)).hasValue(saved);
        try (SessionDatabase other = SessionDatabase.open(file, STORAGE)) {
            assertThat(other.recover(KEY)).hasValue(saved);
            other.save(KEY, snapshot("C", DATA, 9), 90);
        }
        assertThat(database.recover(KEY).orElseThrow().state()).hasValue("C");
        assertThat(database.recovery().recover(KEY).toCompletableFuture().join())
                .isPresent();
    }

    @Test
    void savesEachWriteOfAStorageWithItsEventAndThatOfARepeatedOneToo() throws Exception {
        StateStorage storage = database.savedHere(new MemoryStateStorage());
        Mutation write =
                Mutation.builder().state("A").put("age", "31").eventId(70).build();
        assertThat(storage.write(KEY, write).toCompletableFuture().join()).isInstanceOf(Outcome.Applied.class);
        assertThat(database.recover(KEY).orElseThrow())
                .isEqualTo(RecoveredConversation.of(Optional.of("A"), Map.of("age", "31"))
                        .withLastEvent(EventId.of(70)));

        try (SessionDatabase lost = SessionDatabase.open(file.resolveSibling("another.db"), STORAGE)) {
            StateStorage again = lost.savedHere(storage);
            assertThat(again.write(KEY, write).toCompletableFuture().join()).isInstanceOf(Outcome.Duplicate.class);
            assertThat(lost.recover(KEY).orElseThrow().state()).contains("A");
        }
    }

    @Test
    void aWriteThatIsNotSavedFails() {
        StateStorage storage = database.savedHere(new MemoryStateStorage());
        database.close();
        assertThat(storage.write(KEY, Mutation.builder().state("A").eventId(70).build())
                        .toCompletableFuture())
                .isCompletedExceptionally();
    }

    @Test
    void doesNotGoBack() throws Exception {
        database.save(KEY, snapshot("B", DATA, 8), 80);
        database.save(KEY, snapshot("A", DATA, 7), 70);
        database.save(KEY, snapshot("A", DATA, 8), 70);
        database.cleared(KEY, 7);

        assertThat(database.recover(KEY).orElseThrow().state()).hasValue("B");
    }

    @Test
    void forgetsWhatIsClearedAndNotForALateTurn() throws Exception {
        database.save(KEY, snapshot("B", DATA, 8), 80);
        database.cleared(KEY, 8);
        database.save(KEY, snapshot("A", DATA, 7), 70);
        assertThat(database.recover(KEY).orElseThrow()).isEqualTo(RecoveredConversation.of(Optional.empty(), Map.of()));

        database.save(KEY, snapshot("N", Map.of(), 9), 90);
        assertThat(database.recover(KEY).orElseThrow().state()).hasValue("N");
    }

    @Test
    void keepsNoConversationThatHasNothing() throws Exception {
        database.save(KEY, snapshot(null, Map.of(), 8), 80);

        assertThat(database.recover(KEY)).isEmpty();
        database.cleared(StorageKey.bot(9).chat(9).user(9).build(), 5);
    }

    @Test
    void keepsKeysApart() throws Exception {
        database.save(KEY, snapshot("A", DATA, 7), 70);

        assertThat(database.recover(StorageKey.bot(1).chat(2).user(3).thread(4).build()))
                .isEmpty();
        assertThat(database.recover(
                        StorageKey.bot(1).chat(2).user(3).destiny("other").build()))
                .isEmpty();
    }

    @Test
    void forgetsThatItWasClearedAfterTwoDays() throws Exception {
        database.cleared(KEY, 7);
        database.save(StorageKey.bot(1).chat(1).user(1).build(), snapshot("A", Map.of(), 7), 70);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE session SET updated_at = datetime('now', '-3 days')");
            SessionDatabase.open(file, STORAGE).close();
            try (ResultSet rows = statement.executeQuery("SELECT count(*), max(state) FROM session")) {
                assertThat(rows.getInt(1)).isOne();
                assertThat(rows.getString(2)).isEqualTo("A");
            }
        }
    }

    @Test
    void aFileOfAFormerBuildGainsAttributes() throws Exception {
        database.save(KEY, snapshot("A", DATA, 7), 70);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE session DROP COLUMN attributes");
        }

        try (SessionDatabase present = SessionDatabase.open(file, STORAGE)) {
            assertThat(present.recover(KEY).orElseThrow().attributes()).isEmpty();
            present.save(KEY, snapshot("B", DATA, 8), 80);
            assertThat(present.recover(KEY).orElseThrow().attributes()).isEqualTo(MARKS);
        }
    }

    @Test
    void eachCommitIsOnDisk() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
            assertThat(mode.getString(1)).isEqualTo("wal");
        }
    }

    @Test
    void saysWhatCannotBeUsed(@TempDir Path folder) {
        assertThatThrownBy(() -> SessionDatabase.open(folder, STORAGE))
                .isInstanceOf(FsmException.class)
                .hasMessageStartingWith("The database " + folder + " cannot be used: ");
    }

    @Test
    void servesTheStorageItWasMadeForUntilAnotherAdoptsIt() throws Exception {
        database.save(KEY, snapshot("A", DATA, 7), 70);

        assertThatThrownBy(() -> SessionDatabase.open(file, "memory"))
                .isInstanceOf(FsmException.class)
                .hasMessageContaining(file + " belongs to the storage \"" + STORAGE + "\", not to \"memory\"");
        try (SessionDatabase moved = SessionDatabase.adopt(file, "redis elsewhere:6379/1")) {
            assertThat(moved.recover(KEY)).isPresent();
        }
        assertThatThrownBy(() -> SessionDatabase.open(file, STORAGE)).isInstanceOf(FsmException.class);
    }

    @Test
    void failsTypedOnceItIsClosed() {
        database.close();

        assertThatThrownBy(() -> database.save(KEY, snapshot("A", DATA, 7), 70))
                .isInstanceOf(FsmException.class)
                .hasMessage(KEY + ": not saved in the database");
        assertThat(database.recovery().recover(KEY).toCompletableFuture()).isCompletedExceptionally();
    }

    private static Snapshot snapshot(String state, Map<String, String> data, long version) {
        return Snapshot.builder()
                .state(Optional.ofNullable(state))
                .data(data)
                .attributes(MARKS)
                .version(version)
                .build();
    }
}
