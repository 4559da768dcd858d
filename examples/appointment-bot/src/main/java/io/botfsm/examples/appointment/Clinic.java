package io.botfsm.examples.appointment;

import io.botfsm.examples.appointment.AppointmentFlow.Appointment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** The clinic's book of appointments, in a database. Thread-safe. */
class Clinic {
    static final Set<String> SERVICES = Set.of("check-up", "cleaning");

    private static final List<String> TIMES = List.of("9:00", "10:00", "11:00");

    // The primary key makes a repeated booking harmless; UNIQUE lets nobody book a slot twice.
    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS appointment (
              job VARCHAR(64) PRIMARY KEY, service VARCHAR(64) NOT NULL, day VARCHAR(10) NOT NULL,
              hour VARCHAR(5) NOT NULL, contact VARCHAR(500) NOT NULL, UNIQUE (service, day, hour))""";

    private static final String BOOK = """
            INSERT INTO appointment (job, service, day, hour, contact) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING""";

    private final DataSource database;
    private final Clock clock;

    Clinic(DataSource database, Clock clock) throws SQLException {
        this.database = database;
        this.clock = clock;
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
    }

    /** Whether the text is a date in the future. */
    boolean isOpenOn(String day) {
        try {
            return LocalDate.parse(day).isAfter(LocalDate.now(clock));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    List<String> freeTimes(Appointment wanted) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement taken =
                        connection.prepareStatement("SELECT hour FROM appointment WHERE service = ? AND day = ?")) {
            taken.setString(1, wanted.service);
            taken.setString(2, wanted.date);
            List<String> free = new ArrayList<>(TIMES);
            try (ResultSet rows = taken.executeQuery()) {
                while (rows.next()) {
                    free.remove(rows.getString(1));
                }
            }
            return free;
        }
    }

    /**
     * Books an appointment, once for each job, however often this is called.
     *
     * @return whether the appointment belongs to this job; if not, another job was faster
     */
    boolean book(String job, Appointment wanted) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement book = connection.prepareStatement(BOOK);
                PreparedStatement find = connection.prepareStatement("SELECT 1 FROM appointment WHERE job = ?")) {
            book.setString(1, job);
            book.setString(2, wanted.service);
            book.setString(3, wanted.date);
            book.setString(4, wanted.time);
            book.setString(5, wanted.contact);
            book.executeUpdate();
            find.setString(1, job);
            try (ResultSet row = find.executeQuery()) {
                return row.next();
            }
        }
    }
}
