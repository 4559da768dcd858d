package io.botfsm.jdbc;

import io.botfsm.storage.StorageRefusedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the tables, and checks that none is missing or older than this version of the library. */
final class TableCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TableCheck.class.getPackageName());

    private static final int TRIES = 8;

    private final Dialect dialect;
    private final Connection connection;

    TableCheck(Dialect dialect, Connection connection) {
        this.dialect = dialect;
        this.connection = connection;
    }

    /** @throws StorageRefusedException if statements may see uncommitted data of other transactions */
    void requireIsolation() throws SQLException {
        if (connection.getTransactionIsolation() == Connection.TRANSACTION_READ_UNCOMMITTED) {
            throw new StorageRefusedException(
                    "the connections have the isolation level READ UNCOMMITTED, which loses writes: set READ"
                            + " COMMITTED or higher in the data source",
                    null);
        }
    }

    /**
     * Creates missing tables; only this requires the permission to create tables. If several instances start at the
     * same time, one may find that another was faster.
     */
    void create() throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(true);
        try {
            if (!hasTables()) {
                createWith(TRIES);
            }
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }

    private boolean hasTables() throws SQLException {
        try {
            requireTables();
            return true;
        } catch (StorageRefusedException e) {
            return false;
        }
    }

    private void createWith(int tries) throws SQLException {
        try {
            createTables();
        } catch (SQLException e) {
            // Any error, since H2 reports an index that another instance is creating as a general error; retrying is
            // harmless.
            if (tries == 1) {
                if (SqlFailure.of(e, dialect) == SqlFailure.UNKNOWN) {
                    throw e;
                }
                throw new StorageRefusedException(
                        "the tables could not be created (" + SqlFailure.reason(e)
                                + "): let a user with that permission run " + dialect.resource() + " of fsm-jdbc",
                        e);
            }
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(50_000_000));
            createWith(tries - 1);
        }
    }

    private void createTables() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : dialect.tables()) {
                statement.execute(table);
            }
        }
    }

    /**
     * Returns whether a commit is on disk before it is acknowledged; false if the user has no permission to query that.
     */
    boolean isDurable() {
        try (Statement statement = connection.createStatement();
                ResultSet durable =
                        statement.executeQuery("SELECT CASE WHEN " + dialect.isDurable() + " THEN 1 ELSE 0 END")) {
            return durable.next() && durable.getInt(1) == 1;
        } catch (SQLException e) {
            LOG.warn(
                    "The database does not report whether its commits are durable, so locks assume that they are not",
                    e);
            return false;
        }
    }

    /** @throws StorageRefusedException if a table is missing, or lacks a column */
    void requireTables() throws SQLException {
        require(ConversationTable.NAME, ConversationTable.COLUMNS);
        require(LeaseTable.NAME, LeaseTable.COLUMNS);
        require(InboxTable.NAME, InboxTable.COLUMNS);
        require(InboxTable.BOTS, InboxTable.BOT_COLUMNS);
    }

    private void require(String table, List<String> columns) throws SQLException {
        List<String> missing = new ArrayList<>(columns);
        missing.removeAll(columnsOf(table));
        if (!missing.isEmpty()) {
            throw new StorageRefusedException(
                    String.format(
                            Locale.ROOT,
                            "table %s lacks the columns %s, which older versions did not have: compare it with %s of"
                                    + " fsm-jdbc and add them",
                            table,
                            missing,
                            dialect.resource()),
                    null);
        }
    }

    private List<String> columnsOf(String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet nothing = statement.executeQuery("SELECT * FROM " + table + " WHERE 1 = 0")) {
            ResultSetMetaData columns = nothing.getMetaData();
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                names.add(columns.getColumnName(i).toLowerCase(Locale.ROOT));
            }
            return names;
        } catch (SQLException e) {
            if (SqlFailure.of(e, dialect) != SqlFailure.REFUSED) {
                throw e;
            }
            throw new StorageRefusedException(
                    String.format(
                            Locale.ROOT,
                            "table %s is missing or cannot be read (%s): run %s of fsm-jdbc, or build with"
                                    + " createTables()",
                            table,
                            SqlFailure.reason(e),
                            dialect.resource()),
                    e);
        }
    }
}
