package io.botfsm.flow.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.flow.WorkFailedException;
import io.botfsm.flow.test.BookingBot.Book;
import io.botfsm.flow.test.BookingBot.Booking;
import io.botfsm.flow.test.BookingBot.Button;
import io.botfsm.flow.test.BookingBot.In;
import io.botfsm.flow.test.BookingBot.Language;
import io.botfsm.flow.test.BookingBot.Location;
import io.botfsm.flow.test.BookingBot.Out;
import io.botfsm.flow.test.BookingBot.Text;
import io.botfsm.flow.test.BookingBot.Where;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sub-dialogs, work and timeouts, in a bot that books appointments. */
class BookingDialogTest {
    /** A database whose next answers are lost, as many as {@code lost} says. */
    private static final class Database implements BookingBot.Clinic {
        final Map<String, String> booked = new TreeMap<>();
        final List<String> jobs = new ArrayList<>();
        int reads;
        int lost;

        @Override
        public List<String> freeTimes(@Nullable String date) throws IOException {
            reads++;
            lose();
            return "sunday".equals(date) ? List.of() : List.of("9:00", "10:00");
        }

        @Override
        public boolean book(String jobId, Booking booking) throws IOException {
            jobs.add(jobId);
            String by = booked.putIfAbsent(booking.date + " " + booking.time, jobId);
            lose();
            return by == null || by.equals(jobId);
        }

        private void lose() throws IOException {
            if (lost > 0) {
                lost--;
                throw new IOException("the answer was lost");
            }
        }
    }

    private final Database database = new Database();
    private final Flow<In, Out> flow = BookingBot.of(database);
    private final FlowTester<In, Out> user = FlowTester.of(flow);

    private void says(String... texts) {
        for (String text : texts) {
            user.say(new Text(text));
        }
    }

    private void hears(String... texts) {
        Out[] expected = new Out[texts.length];
        for (int i = 0; i < texts.length; i++) {
            expected[i] = Out.of(texts[i]);
        }
        user.expect(expected);
    }

    @Test
    void ruleF12_aSubDialogReturnsItsData() {
        says("/book", "monday", "9:00");
        hears("Which street?");
        user.inState(Where.STREET);
        says("Elm St 1");
        user.inState(Where.CITY).restart();
        says("London");
        user.expect(new Out("monday 9:00 Elm St 1, London?", List.of("yes", "no"), "Book:CONFIRM"));
        assertThat(user.conversation().snapshot().data().keySet())
                .as("its own data is gone")
                .noneMatch(name -> name.startsWith("Where:"));
        user.redeliver().inState(Book.CONFIRM);
    }

    @Test
    void aSubDialogMayEndEarly() {
        says("/book", "monday", "9:00");
        user.say(new Location(51.5, 0)).inState(Book.CONFIRM);
    }

    @Test
    void ruleF12_backLeadsThroughTheCalls() {
        says("/book", "monday", "9:00", "Elm St 1");
        user.inState(Where.CITY);
        says("/back");
        user.inState(Where.STREET);
        says("/back");
        user.inState(Book.TIME).expect(new Out("When?", List.of("9:00", "10:00"), "Book:TIME"));
        assertThat(database.reads).as("entering it works anew").isEqualTo(2);
        says("9:00", "Elm St 1", "London", "/back");
        hears("Which street?"); // a state that calls a sub-dialog calls it again
        says("/cancel");
        hears("Cancelled.", "Send /book.");
        assertThat(user.conversation().snapshot().data()).isEmpty();
        assertThat(user.conversation().snapshot().attributes()).isEmpty();
    }

    @Test
    void ruleF12_aCommandCallsFromAnywhereAndGoesOnThere() {
        says("/language");
        user.inState(Language.CHOOSE);
        says("de");
        hears("Sende /book.");
        user.ended();
        says("/book", "/language", "/language", "?");
        user.inState(Language.CHOOSE);
        says("en");
        hears("Which day?");
        says("/language", "/back");
        hears("Which day?");
        says("monday", "9:00", "Elm St 1", "/language", "/help", "de");
        hears("Welche Stadt?");
        says("/language", "/book");
        hears("Welcher Tag?");
        assertThat(user.conversation().snapshot().data()).containsOnlyKeys("language");
        assertThat(user.conversation().snapshot().attributes()).isEmpty();
    }

    @Test
    void workIsDoneBeforeItsQuestion() {
        says("/book", "sunday");
        hears("Nothing is free.", "Which day?");
        says("monday");
        user.expect(new Out("When?", List.of("9:00", "10:00"), "Book:TIME"));
        user.redeliver().expect(new Out("When?", List.of("9:00", "10:00"), "Book:TIME"));
        assertThat(database.reads).isEqualTo(2);
    }

    private void confirming() {
        says("/book", "monday", "9:00", "Elm St 1", "London");
        user.inState(Book.CONFIRM);
    }

    @Test
    void ruleF14_workThatFailedIsRepeatedUnderItsId() {
        confirming();
        database.lost = 2;
        assertThatThrownBy(() -> says("yes"))
                .isInstanceOf(WorkFailedException.class)
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("Book:BOOKING");
        user.inState(Book.BOOKING);
        assertThatThrownBy(user::redeliver).isInstanceOf(WorkFailedException.class);
        user.restart().redeliver();
        hears("Booked: monday 9:00");
        assertThat(database.jobs).hasSize(3).allMatch(database.jobs.get(0)::equals);
        assertThat(database.booked).hasSize(1);
    }

    @Test
    void ruleF14_eachEntryIntoAStateIsAJobOfItsOwn() {
        confirming();
        database.booked.put("monday 9:00", "another's");
        says("yes");
        user.inState(Book.TIME);
        says("10:00", "yes");
        hears("Booked: monday 10:00");
        assertThat(database.jobs).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void ruleF15_theNextInputFinishesTheWorkAndIsHeardOnlyIfItIsACommand() {
        confirming();
        database.lost = 1;
        assertThatThrownBy(() -> says("yes")).isInstanceOf(WorkFailedException.class);
        says("10:00");
        hears("Booked: monday 9:00");
        says("/book");
        database.lost = 1;
        assertThatThrownBy(() -> says("tuesday")).isInstanceOf(WorkFailedException.class);
        says("9:00"); // before the question was asked
        user.expect(new Out("When?", List.of("9:00", "10:00"), "Book:TIME")).inState(Book.TIME);
        says("/book");
        database.lost = 1;
        assertThatThrownBy(() -> says("tuesday")).isInstanceOf(WorkFailedException.class);
        says("/cancel");
        user.expect(
                        new Out("When?", List.of("9:00", "10:00"), "Book:TIME"),
                        Out.of("Cancelled."),
                        Out.of("Send /book."))
                .ended();
    }

    @Test
    void ruleF15_anInputFromBeforeTheQuestionNeverAnswersItEvenIfItIsRedelivered() {
        says("/book");
        database.lost = 2;
        assertThatThrownBy(() -> says("tuesday")).isInstanceOf(WorkFailedException.class);
        assertThatThrownBy(() -> says("9:00")).isInstanceOf(WorkFailedException.class);
        user.pass(Duration.ofMinutes(2)).inState(Book.TIME);
        user.redeliver().inState(Book.TIME);
    }

    @Test
    void aTimeoutFinishesWorkThatWasLeftUndone() {
        confirming();
        database.lost = 1;
        assertThatThrownBy(() -> says("yes")).isInstanceOf(WorkFailedException.class);
        user.pass(Duration.ofMinutes(2));
        hears("Booked: monday 9:00");
        assertThat(database.booked).hasSize(1);
    }

    @Test
    void aButtonOfAnotherQuestionIsLate() {
        says("/book", "monday");
        user.press(new Button("Book:TIME", "9:00"));
        hears("Which street?");
        user.press(new Button("Book:TIME", "10:00"));
        hears("That was an earlier question.", "Which street?");
    }

    @Test
    void ruleF16_timeoutsCountFromTheLastInput() {
        says("/book");
        user.pass(Duration.ofMinutes(29));
        hears();
        says("/help");
        user.pass(Duration.ofMinutes(29));
        hears();
        user.restart().pass(Duration.ofMinutes(1));
        hears("Are you still there?", "Which day?");
        user.pass(Duration.ofHours(23));
        hears();
        user.inState(Book.DATE).pass(Duration.ofMinutes(30));
        hears("I have let it go.", "Send /book.");
        user.ended().pass(Duration.ofDays(3));
        hears();
    }

    @Test
    void aTimeoutOfADialogCountsInWhatItCalls() {
        says("/book", "monday", "9:00");
        user.inState(Where.STREET).pass(Duration.ofHours(24));
        hears("I have let it go.", "Send /book.");
    }

    @Test
    void aDialogThatExpectsNothingDoesNotTimeOut() {
        confirming();
        says("yes");
        user.inState(Book.BOOKED).pass(Duration.ofDays(3));
        hears();
    }

    @Test
    void ruleF16_leavingAStateClearsItsTimeouts() {
        says("/book", "monday");
        user.pass(Duration.ofHours(1));
        hears();
    }

    @Test
    void ruleF08_theRulesKnowWhatIsStoredOfACall() {
        assertThat(flow.toMermaid())
                .contains("Book_TIME --> Where_STREET", "Where_STREET --> Book_CONFIRM", "Where_CITY --> Book_CONFIRM")
                .contains("Where_CITY --> Where_STREET", "Where_STREET --> Book_TIME", "Book_BOOKING --> Book_BOOKED")
                .doesNotContain("--> Book_HOME", "Where_STREET --> Where_STREET");
    }

    private List<Out> fired(Fsm fsm, StorageKey key, Instant deadline) {
        List<Out> sent = new ArrayList<>();
        flow.fire(fsm, key, deadline, sent::addAll);
        return sent;
    }

    @Test
    void ruleF17_anOldDeadlineChangesNothing() {
        says("/book");
        var before = user.conversation().snapshot();
        var storage = new MemoryStateStorage();
        var key = StorageKey.bot(1).chat(2).user(3).build();
        var fsm = flow.fsm(storage);
        flow.handle(fsm, key, new Text("/book"));
        var stored = fsm.context(key).read().snapshot();
        assertThat(fired(fsm, key, before.deadline().orElseThrow())).isEmpty();
        assertThat(fsm.context(key).read().snapshot()).isEqualTo(stored);
        assertThat(fired(fsm, key, stored.deadline().orElseThrow()))
                .containsExactly(Out.of("Are you still there?"), Out.of("Which day?"));
        assertThat(fired(fsm, key, stored.deadline().orElseThrow()))
                .as("fired once")
                .isEmpty();
    }

    @Test
    void ruleF17_anOldDeadlineDoesNoWork() {
        var key = StorageKey.bot(1).chat(2).user(3).build();
        var fsm = flow.fsm(new MemoryStateStorage());
        flow.handle(fsm, key, new Text("/book"));
        var old = fsm.context(key).read().snapshot().deadline().orElseThrow();
        database.lost = 1;
        assertThatThrownBy(() -> flow.handle(fsm, key, new Text("monday"))).isInstanceOf(WorkFailedException.class);
        assertThat(fired(fsm, key, old)).isEmpty();
        assertThat(database.reads).isEqualTo(1);
        var held = fsm.context(key).read().snapshot().deadline().orElseThrow();
        assertThat(fired(fsm, key, held)).hasSize(1);
        assertThat(database.reads).isEqualTo(2);
    }
}
