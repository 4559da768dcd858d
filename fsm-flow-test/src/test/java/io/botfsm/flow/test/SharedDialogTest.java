package io.botfsm.flow.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.flow.Dialog;
import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What several flows of one bot share: sub-dialogs, one of which only does work, and commands that a method declares.
 */
class SharedDialogTest {
    enum Statistics {
        COUNT
    }

    record Count(@Nullable Integer visits) {}

    private int counted;

    private final SubFlow<String, String, Count> statistics = SubFlow.of(
            Statistics.class,
            new Count(null),
            f -> f.state(
                    Statistics.COUNT,
                    s -> s.work(
                                    job -> ++counted,
                                    (turn, visits) ->
                                            turn.data(new Count(visits)).done())
                            .ends()));

    enum Where {
        STREET
    }

    record Address(@Nullable String street) {}

    private static final SubFlow<String, String, Address> ADDRESS = SubFlow.of(
            Where.class,
            new Address(null),
            f -> f.state(
                    Where.STREET,
                    s -> s.ask("Street?")
                            .ends()
                            .answer((turn, text) -> turn.data(new Address(text)).done())));

    /** Declares the common commands, for a dialog with data of any type. */
    private <D> void declareCommon(Dialog<String, String, D> f) {
        f.end("/cancel"::equals, "Cancelled.").back("/back"::equals);
        f.call("/count"::equals, statistics, (turn, count) -> turn.again(count.visits() + " counted"));
    }

    enum Visit {
        HOME,
        WORK,
        DONE
    }

    record Trip(@Nullable String home, @Nullable String work) {}

    private final Flow<String, String> visit = Flow.of(Visit.class, new Trip(null, null), f -> {
        declareCommon(f);
        f.idle("Send /visit.").begin("/visit"::equals, Visit.HOME);
        f.state(Visit.HOME, s -> {
            s.call(
                    ADDRESS,
                    (turn, at) ->
                            turn.change(t -> new Trip(at.street(), t.work())).goTo(Visit.WORK));
            s.to(Visit.WORK);
        });
        f.state(Visit.WORK, s -> {
            s.call(
                    ADDRESS,
                    (turn, at) ->
                            turn.change(t -> new Trip(t.home(), at.street())).goTo(Visit.DONE));
            s.to(Visit.DONE);
        });
        f.state(Visit.DONE, s -> s.ask(trip -> trip.home() + " and " + trip.work()));
    });

    enum Note {
        TEXT,
        KEPT
    }

    record Remark(@Nullable String text) {}

    private final Flow<String, String> note = Flow.of(Note.class, new Remark(null), f -> {
        declareCommon(f);
        f.idle("Or /note.").begin("/note"::equals, Note.TEXT);
        f.state(Note.TEXT, s -> {
            s.ask("Note?").to(Note.KEPT);
            s.answer((turn, text) -> turn.data(new Remark(text)).goTo(Note.KEPT));
        });
        f.state(Note.KEPT, s -> s.ask(remark -> "Kept: " + remark.text()));
    });

    @Test
    void aSubDialogIsCalledByTwoStatesAndByTwoFlows() {
        FlowTester<String, String> user = FlowTester.of(Flow.join(visit, note))
                .say("/visit")
                .say("/count")
                .expect("1 counted", "Street?")
                .say("Elm St 1")
                .inState(Where.STREET)
                .say("/back")
                .say("/back")
                .expect("Street?")
                .say("Elm St 2")
                .say("/count")
                .redeliver()
                .expect("Street?")
                .say("Oak St 3")
                .expect("Elm St 2 and Oak St 3")
                .inState(Visit.DONE)
                .say("/note")
                .say("/count")
                .expect("3 counted", "Note?")
                .say("hello")
                .expect("Kept: hello");
        assertThat(user.conversation().snapshot().data()).containsOnlyKeys("Note:text");
        user.say("/cancel").expect("Cancelled.", "Send /visit.", "Or /note.").ended();
    }
}
