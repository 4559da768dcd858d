package io.botfsm.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The effect of a failed statement that was its own transaction. */
enum SqlFailure {
    /** Another transaction interfered and nothing was done. The statement may be retried. */
    LOST_RACE,
    /**
     * Nothing was done: the database refused the statement, and will refuse it until someone changes the configuration.
     */
    REFUSED,
    /** Nothing was done. */
    NOT_EXECUTED,
    /** Possibly everything was done: the response was lost, or is not conclusive. */
    UNKNOWN;

    /** For example, for a missing table or column. */
    private static final int SQLITE_ERROR = 1;

    private static final int SQLITE_BUSY = 5;
    private static final int SQLITE_LOCKED = 6;
    private static final int SQLITE_READONLY = 8;
    private static final int MYSQL_DUPLICATE = 1062;
    private static final int MYSQL_TOO_MANY_OF_USER = 1203;
    private static final int MYSQL_LOCK_TIMEOUT = 1205;
    private static final int MYSQL_LIMIT_OF_USER = 1226;
    private static final int MYSQL_READ_ONLY = 1290;
    private static final int H2_CONCURRENT_UPDATE = 90131;

    static SqlFailure of(SQLException e, Dialect dialect) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (dialect) {
            case POSTGRESQL -> state.equals("55P03") ? LOST_RACE : byState(state);
            case MYSQL ->
                switch (originalCode(e)) {
                    case MYSQL_DUPLICATE, MYSQL_LOCK_TIMEOUT -> LOST_RACE;
                    case MYSQL_READ_ONLY, MYSQL_TOO_MANY_OF_USER, MYSQL_LIMIT_OF_USER -> NOT_EXECUTED;
                    default -> byState(state);
                };
            case H2 -> e.getErrorCode() == H2_CONCURRENT_UPDATE || state.equals("HYT00") ? LOST_RACE : byState(state);
            case SQLITE ->
                switch (e.getErrorCode() & 0xff) { // without the bits of an extended code
                    case SQLITE_BUSY, SQLITE_LOCKED -> LOST_RACE;
                    case SQLITE_READONLY, SQLITE_ERROR -> REFUSED;
                    default -> UNKNOWN;
                };
        };
    }

    /** Returns the driver's code: a pool may pass on the SQL state of an error without its code. */
    private static int originalCode(SQLException e) {
        return e.getErrorCode() == 0 && e.getCause() instanceof SQLException original
                ? original.getErrorCode()
                : e.getErrorCode();
    }

    /** Returns whether the failure is due to wrong credentials or a missing database. */
    static boolean isOfSetUp(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("28") || state.startsWith("3D");
    }

    /** Returns why a statement was refused, without values: messages of classes 22 and 23 may quote them. */
    static String reason(SQLException e) {
        SQLException quotable = quotable(e);
        return quotable == null ? "SQLSTATE " + e.getSQLState() : String.valueOf(quotable.getMessage());
    }

    /** Returns the exception, or null if its message may quote a value. */
    static @Nullable SQLException quotable(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23")) ? null : e;
    }

    /**
     * Classifies by the class of the SQLSTATE. An error that ends the connection (08, 57P01) does not show whether
     * there was a commit.
     */
    private static SqlFailure byState(String state) {
        if (state.equals("57014")) { // cancelled before it was committed
            return NOT_EXECUTED;
        }
        return switch (state.length() == 5 ? state.substring(0, 2) : "") {
            case "40" -> state.equals("40003") ? UNKNOWN : LOST_RACE;
            case "23" -> state.equals("23505") ? LOST_RACE : REFUSED;
            case "22", "28", "3D", "3F", "42" -> REFUSED;
            case "25", "53", "54", "55" -> NOT_EXECUTED;
            default -> UNKNOWN;
        };
    }
}
