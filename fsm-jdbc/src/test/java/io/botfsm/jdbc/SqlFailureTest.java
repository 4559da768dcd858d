package io.botfsm.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlFailureTest {
    /** These errors have the SQL state of a syntax error, and a pool passes on only that. */
    @ParameterizedTest
    @ValueSource(ints = {1203, 1226})
    void tooManyConnectionsOfAUserPass(int code) {
        SQLException original = new SQLException("too many connections of the user", "42000", code);
        SQLException ofPool = new SQLTransientConnectionException("timed out", "42000", original);
        assertThat(SqlFailure.of(original, Dialect.MYSQL)).isEqualTo(SqlFailure.NOT_EXECUTED);
        assertThat(SqlFailure.of(ofPool, Dialect.MYSQL)).isEqualTo(SqlFailure.NOT_EXECUTED);
        assertThat(SqlFailure.of(new SQLException("syntax", "42000", 1064), Dialect.MYSQL))
                .isEqualTo(SqlFailure.REFUSED);
    }
}
