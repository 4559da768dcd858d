package io.botfsm.examples.onboarding.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.botfsm.recovery.BlockingStateRecovery;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The conversations of one storage in an SQLite file, one row each, for when the storage has lost them. Thread-safe,
 * also between processes. What is saved is on disk when the write of {@link #savedHere} is reported.
 *
 * <p>The file names its storage: recovered into another one, conversations of long ago would come back that were
 * cancelled or went on there.
 *
 * <p>A row never goes back to an earlier version. A cleared conversation leaves a row without state and data, so that a
 * turn that was committed before and is saved late does not come back; such rows go after two days, at the next start.
 */
public final class SessionDatabase implements BlockingStateRecovery, AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final int WAITING_LOOK_UPS = 1_000;

    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS session (
              bot TEXT NOT NULL, chat TEXT NOT NULL, user TEXT NOT NULL,
              thread TEXT NOT NULL, business TEXT NOT NULL, destiny TEXT NOT NULL,
              version INTEGER NOT NULL,
              state TEXT,
              data TEXT NOT NULL,
              attributes TEXT NOT NULL DEFAULT '{}',
              last_event INTEGER,
              updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
              PRIMARY KEY (bot, chat, user, thread, business, destiny)
            ) WITHOUT ROWID""";
    private static final String HAS_ATTRIBUTES = """
            SELECT 1 FROM pragma_table_info('session') WHERE name = 'attributes'""";
    private static final String ADD_ATTRIBUTES = "ALTER TABLE session ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}'";
    private static final String OWNER = """
            CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), storage TEXT NOT NULL)""";
    private static final String CLAIM = "INSERT OR IGNORE INTO owner (one, storage) VALUES (1, ?)";
    private static final String TAKE_OVER = "INSERT OR REPLACE INTO owner (one, storage) VALUES (1, ?)";
    private static final String FIND_OWNER = "SELECT storage FROM owner";
    private static final String FORGET_CLEARED = """
            DELETE FROM session
            WHERE state IS NULL AND data = '{}' AND updated_at < datetime('now', '-2 days')""";
    private static final String SAVE = """
            INSERT INTO session (bot, chat, user, thread, business, destiny, version, state, data, attributes,
              last_event)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET version = excluded.version, state = excluded.state, data = excluded.data,
              attributes = excluded.attributes, last_event = excluded.last_event, updated_at = CURRENT_TIMESTAMP
            WHERE excluded.version > session.version""";
    private static final String CLEAR = """
            INSERT INTO session (bot, chat, user, thread, business, destiny, version, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, '{}')
            ON CONFLICT DO UPDATE SET version = excluded.version, state = NULL, data = '{}',
              attributes = '{}', last_event = NULL, updated_at = CURRENT_TIMESTAMP
            WHERE excluded.version >= session.version""";
    private static final String FIND = """
            SELECT state, data, attributes, last_event FROM session
            WHERE bot = ? AND chat = ? AND user = ? AND thread = ? AND business = ? AND destiny = ?""";

    private final JsonMapper json = new JsonMapper();
    private final Connection connection;
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_LOOK_UPS),
            task -> new Thread(task, "database"));

    private SessionDatabase(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens the file, or creates it for this storage.
     *
     * @param storage what the storage is known by, the same at each start
     * @throws FsmException if that is not possible, or the file belongs to another storage
     */
    public static SessionDatabase open(Path file, String storage) {
        return open(file, CLAIM, storage);
    }

    /**
     * Opens the file for this storage from now on, also if it belongs to another: for a storage that has moved.
     *
     * @throws FsmException if that is not possible
     */
    public static SessionDatabase adopt(Path file, String storage) {
        return open(file, TAKE_OVER, storage);
    }

    private static SessionDatabase open(Path file, String claim, String storage) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA busy_timeout = 2000"); // another process may be writing
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL"); // each commit is on disk
                statement.execute(TABLE);
                if (!statement.executeQuery(HAS_ATTRIBUTES).next()) { // a file of a former build
                    statement.execute(ADD_ATTRIBUTES);
                }
                statement.execute(OWNER);
                requireOwner(file, connection, claim, storage);
                statement.execute(FORGET_CLEARED);
            } catch (SQLException | FsmException e) {
                connection.close();
                throw e;
            }
            return new SessionDatabase(connection);
        } catch (SQLException e) {
            throw new FsmException(
                    String.format(Locale.ROOT, "The database %s cannot be used: %s", file, e.getMessage()), e);
        }
    }

    private static void requireOwner(Path file, Connection connection, String claim, String storage)
            throws SQLException {
        try (PreparedStatement claiming = connection.prepareStatement(claim);
                Statement statement = connection.createStatement()) {
            claiming.setString(1, storage);
            claiming.executeUpdate();
            try (ResultSet owner = statement.executeQuery(FIND_OWNER)) {
                String name = owner.next() ? owner.getString(1) : "";
                if (!name.equals(storage)) {
                    throw new FsmException(String.format(
                            Locale.ROOT,
                            "The database %s belongs to the storage \"%s\", not to \"%s\": use another file, or --adopt-database"
                                    + " if the storage has moved",
                            file,
                            name,
                            storage));
                }
            }
        }
    }

    /** The database as a second source of conversations. Its calls wait on a thread of their own. */
    public StateRecovery recovery() {
        return StateRecovery.blocking(this, executor, DEADLINE);
    }

    /** A storage each of whose conversations is saved here too, after its write and before that is reported. */
    public StateStorage savedHere(StateStorage storage) {
        return new ForwardingStateStorage(storage) {
            @Override
            public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                return storage().write(key, mutation).thenCompose(outcome -> saved(storage(), key, mutation, outcome));
            }
        };
    }

    /** Saves what a repeated event has written too: the bot may have died in between. */
    private CompletionStage<Outcome> saved(StateStorage storage, StorageKey key, Mutation mutation, Outcome outcome) {
        if (mutation.eventId().isEmpty() || !(outcome instanceof Applied || outcome instanceof Duplicate)) {
            return CompletableFuture.completedStage(outcome);
        }
        long event = mutation.eventId().get().counted().orElseThrow();
        return storage.read(key)
                .thenAcceptAsync(now -> save(key, now, event), executor)
                .thenApply(done -> outcome);
    }

    /**
     * Saves the conversation as it is now, unless a newer one is saved.
     *
     * @param eventId the event that was handled
     * @throws FsmException if it could not be saved
     */
    synchronized void save(StorageKey key, Snapshot now, long eventId) {
        if (now.state().isEmpty() && now.data().isEmpty()) {
            return; // cleared, or never begun
        }
        try (PreparedStatement save = prepared(SAVE, key)) {
            save.setLong(7, now.version());
            save.setString(8, now.state().orElse(null));
            save.setString(9, json.writeValueAsString(now.data()));
            save.setString(10, json.writeValueAsString(now.attributes()));
            save.setLong(11, eventId);
            save.executeUpdate();
        } catch (SQLException | JsonProcessingException e) {
            throw new FsmException(key + ": not saved in the database", e);
        }
    }

    @Override
    public synchronized void cleared(StorageKey key, long version) throws SQLException {
        try (PreparedStatement clear = prepared(CLEAR, key)) {
            clear.setLong(7, version);
            clear.executeUpdate();
        }
    }

    @Override
    public synchronized Optional<RecoveredConversation> recover(StorageKey key) throws Exception {
        try (PreparedStatement find = prepared(FIND, key);
                ResultSet row = find.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            @Nullable String state = row.getString(1);
            RecoveredConversation saved = RecoveredConversation.of(Optional.ofNullable(state), map(row.getString(2)))
                    .withAttributes(map(row.getString(3)));
            long event = row.getLong(4);
            boolean withoutEvent = row.wasNull();
            return Optional.of(withoutEvent ? saved : saved.withLastEvent(EventId.of(event)));
        }
    }

    private Map<String, String> map(String text) throws JsonProcessingException {
        return json.readValue(text, new TypeReference<>() {});
    }

    /**
     * The statement with the key as its first parameters; an absent part is an empty text, which no present part is.
     */
    private PreparedStatement prepared(String sql, StorageKey key) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setString(1, key.bot());
        statement.setString(2, key.chat());
        statement.setString(3, key.user());
        statement.setString(4, key.thread().orElse(""));
        statement.setString(5, key.business().orElse(""));
        statement.setString(6, key.destiny());
        return statement;
    }

    /** Ends look-ups that wait, and closes the file. */
    @Override
    public void close() {
        executor.shutdownNow();
        synchronized (this) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new FsmException("the database could not be closed", e);
            }
        }
    }
}
