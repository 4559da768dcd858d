package io.botfsm.jdbc;

import io.botfsm.jdbc.DatabaseCall.Binding;
import io.botfsm.jdbc.DatabaseCall.Reading;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Statements that take effect together, or not at all. */
final class DatabaseTransaction {
    private final Connection connection;
    private final Preparing preparing;

    DatabaseTransaction(Connection connection, Preparing preparing) {
        this.connection = connection;
        this.preparing = preparing;
    }

    /** Prepares a statement, limited to the time left where that is needed. */
    interface Preparing {
        PreparedStatement of(String sql) throws SQLException;
    }

    interface Work<T> {
        T in(DatabaseTransaction transaction) throws SQLException;
    }

    /** Binds the parameters of one change of a batch. */
    interface EachBinding<T> {
        void to(PreparedStatement statement, T one) throws SQLException;
    }

    void execute(Optional<String> sql) throws SQLException {
        if (sql.isPresent()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql.get());
            }
        }
    }

    <T> T query(String sql, Binding binding, Reading<T> reading) throws SQLException {
        try (PreparedStatement statement = preparing.of(sql)) {
            binding.to(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return reading.from(rows);
            }
        }
    }

    /** Returns how many rows were changed. */
    int change(String sql, Binding binding) throws SQLException {
        try (PreparedStatement statement = preparing.of(sql)) {
            binding.to(statement);
            return statement.executeUpdate();
        }
    }

    <T> void changeEach(String sql, List<T> all, EachBinding<T> binding) throws SQLException {
        if (all.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = preparing.of(sql)) {
            for (T one : all) {
                binding.to(statement, one);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
