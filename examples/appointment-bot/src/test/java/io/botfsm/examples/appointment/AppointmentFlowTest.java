package io.botfsm.examples.appointment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.examples.appointment.AppointmentFlow.Appointment;
import io.botfsm.examples.appointment.AppointmentFlow.Book;
import io.botfsm.examples.appointment.AppointmentFlow.Patient;
import io.botfsm.flow.WorkFailedException;
import io.botfsm.flow.test.FlowTester;
import io.botfsm.memory.MemoryStateStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteDataSource;

/** The dialog with a real database. */
class AppointmentFlowTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final SQLiteDataSource database = new SQLiteDataSource();
    private FailingClinic clinic;
    private FlowTester<String, String> user;

    @BeforeEach
    void open(@TempDir Path folder) throws SQLException {
        database.setUrl("jdbc:sqlite:" + folder.resolve("appointments.db"));
        clinic = new FailingClinic(database);
        user = FlowTester.of(AppointmentFlow.of(clinic));
    }

    /** Loses responses: the work is done, but the caller sees a failure. */
    private static final class FailingClinic extends Clinic {
        private int lost;

        FailingClinic(SQLiteDataSource database) throws SQLException {
            super(database, Clock.fixed(NOW, ZoneOffset.UTC));
        }

        @Override
        List<String> freeTimes(Appointment wanted) throws SQLException {
            List<String> free = super.freeTimes(wanted);
            lose();
            return free;
        }

        @Override
        boolean book(String job, Appointment wanted) throws SQLException {
            boolean booked = super.book(job, wanted);
            lose();
            return booked;
        }

        private void lose() throws SQLException {
            if (lost > 0) {
                lost--;
                throw new SQLException("the answer is lost");
            }
        }
    }

    private void says(String... texts) {
        for (String text : texts) {
            user.say(text);
        }
    }

    private void confirming() {
        says("/book", "cleaning", "2026-02-01", "9:00", "Elm St 1", "555 1234");
        user.expect("cleaning, 2026-02-01, 9:00, Elm St 1, 555 1234. Yes or no?");
    }

    private int booked() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM appointment")) {
            return rows.getInt(1);
        }
    }

    private void takeAll(String day) throws SQLException {
        Appointment other = new Appointment();
        other.service = "cleaning";
        other.date = day;
        other.contact = "somebody";
        for (String time : clinic.freeTimes(other)) {
            other.time = time;
            assertThat(clinic.book(day + time, other)).isTrue();
        }
    }

    @Test
    void anAppointmentIsBooked() throws Exception {
        user.say("hello").expect("Send /book.");
        says("/book");
        user.expect("A check-up or a cleaning?");
        says("cleaning", "yesterday");
        user.expect("Which day, as 2026-01-31?");
        says("2026-01-01"); // not in the future
        user.inState(Book.DATE);
        says("2026-02-01");
        user.expect("When? 9:00, 10:00, 11:00").restart();
        says("9:00", "Elm St 1", "none");
        user.expect("Digits, please.", "Your phone number?");
        says("555 1234", "maybe", "yes");
        user.expect("Booked: cleaning, 2026-02-01, 9:00").redeliver().inState(Book.BOOKED);
        assertThat(booked()).isOne();
        says("/book", "cleaning", "2026-02-01");
        user.expect("When? 10:00, 11:00");
    }

    @Test
    void isBookedOnceThoughTheAnswerIsLostAndTheBotIsRestarted() throws Exception {
        confirming();
        clinic.lost = 2;
        assertThatThrownBy(() -> says("yes")).isInstanceOf(WorkFailedException.class);
        user.restart().inState(Book.BOOKING);
        assertThatThrownBy(() -> user.redeliver()).isInstanceOf(WorkFailedException.class);
        says("hello?");
        user.expect("Booked: cleaning, 2026-02-01, 9:00");
        assertThat(booked()).isOne();
    }

    @Test
    void isBookedAMinuteLaterIfNobodySaysAnything() throws Exception {
        confirming();
        clinic.lost = 1;
        assertThatThrownBy(() -> says("yes")).isInstanceOf(WorkFailedException.class);
        user.pass(Duration.ofMinutes(1)).expect("Booked: cleaning, 2026-02-01, 9:00");
        assertThat(booked()).isOne();
    }

    @Test
    void whatIsTakenMeanwhileIsNotBookedTwice() throws Exception {
        confirming();
        takeAll("2026-02-01");
        says("yes");
        user.expect("Just taken.", "Nothing is free.", "Which day, as 2026-01-31?");
        assertThat(booked()).isEqualTo(3);
        says("/back");
        user.expect("A check-up or a cleaning?");
    }

    @Test
    void oneMayGoBackThroughTheSubDialog() {
        confirming();
        says("/back");
        user.expect("Where do you live?");
        says("Oak St 2");
        user.inState(Patient.PHONE);
        says("/back", "/back");
        user.expect("When? 9:00, 10:00, 11:00");
        says("/back");
        user.inState(Book.DATE);
    }

    @Test
    void theLanguageIsThatOfTheChat() {
        says("/book", "cleaning", "/language");
        user.expect("English or Deutsch?");
        says("Français");
        user.expect("English or Deutsch?");
        says("Deutsch");
        user.expect("Welcher Tag, wie 2026-01-31?");
        says("/cancel");
        user.expect("Abgebrochen.", "Sende /book.").ended();
        says("/book");
        user.expect("check-up oder cleaning?");
    }

    @Test
    void whoSaysNothingIsRemindedOnceAndThenLetGo() {
        says("/book");
        user.pass(Duration.ofMinutes(31))
                .expect("Still there?", "A check-up or a cleaning?")
                .pass(Duration.ofHours(23))
                .expect();
        says("cleaning");
        user.pass(Duration.ofHours(24)).ended();
    }

    /** Random languages, commands and answers in any order, with pauses between them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isTheSameDialogAsThatByAMapAndASwitch(long seed, @TempDir Path folder) throws Exception {
        SQLiteDataSource another = new SQLiteDataSource();
        another.setUrl("jdbc:sqlite:" + folder.resolve("another.db"));
        MapAndSwitchBot other = new MapAndSwitchBot(new FailingClinic(another));
        List<String> words = List.of(
                "/book", "/back", "/language", "Deutsch", "English", "hello", "no", "/cancel", "2026-02-01", "11:00");
        Map<String, List<String>> answers = Map.of(
                "Book:SERVICE", List.of("cleaning", "check-up"),
                "Book:DATE", List.of("2026-02-01", "2026-02-02"),
                "Book:TIME", List.of("9:00", "10:00", "11:00"),
                "Patient:ADDRESS", List.of("Elm St 1"),
                "Patient:PHONE", List.of("555 1234", "none"),
                "Book:CONFIRM", List.of("yes", "ja"));
        Random random = new Random(seed);
        Instant now = NOW;
        for (int i = 0; i < 300; i++) {
            String state = user.conversation().state().orElse("");
            List<String> likely = random.nextInt(4) == 0 ? words : answers.getOrDefault(state, words);
            String text = likely.get(random.nextInt(likely.size()));
            user.say(text).expect(other.handle(1, text, now).toArray(String[]::new));
            if (random.nextInt(10) == 0) {
                Duration time = random.nextBoolean() ? Duration.ofMinutes(31) : Duration.ofHours(25);
                now = now.plus(time);
                List<String> replies = other.timeout(1, now);
                user.pass(time);
                if (time.compareTo(Duration.ofHours(1)) < 0) {
                    user.expect(replies.toArray(String[]::new));
                }
            }
        }
        assertThat(booked()).isPositive();
    }

    @Test
    void bothHaveTheLinesThatTheDocsSay() throws Exception {
        long flow = lines("src/main/java/io/botfsm/examples/appointment/AppointmentFlow.java");
        long other = lines("src/test/java/io/botfsm/examples/appointment/MapAndSwitchBot.java");
        assertThat(flow).isLessThanOrEqualTo(150);
        assertThat(Path.of("README.md")).content().contains(flow + " lines, imports included", other + " lines");
    }

    private static long lines(String file) throws Exception {
        return Files.readAllLines(Path.of(file)).size();
    }

    @Test
    void theProgramTalksAtTheTerminal() throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        clinic.lost = 1;
        AppointmentBot.talk(
                AppointmentFlow.of(clinic),
                new MemoryStateStorage(),
                new ByteArrayInputStream("/book\ncleaning\n2026-02-01\n?\n".getBytes(StandardCharsets.UTF_8)),
                new PrintStream(output, true, StandardCharsets.UTF_8));
        assertThat(output.toString(StandardCharsets.UTF_8).lines())
                .hasSize(4)
                .startsWith("A check-up or a cleaning?", "Which day, as 2026-01-31?")
                .endsWith("When? 9:00, 10:00, 11:00")
                .element(2)
                .asString()
                .startsWith("I cannot reach the clinic. ");
    }
}
