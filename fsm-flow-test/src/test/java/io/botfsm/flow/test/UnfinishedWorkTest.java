package io.botfsm.flow.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import io.botfsm.flow.WorkFailedException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Inputs while the work of a sub-dialog is left undone. */
class UnfinishedWorkTest {
    enum Search {
        FOUND
    }

    enum Top {
        SEARCHING
    }

    record Nothing(String nothing) {}

    private int failures;

    private final SubFlow<String, String, Nothing> search = SubFlow.of(Search.class, new Nothing(""), f -> {
        f.when("/note"::equals, (turn, in) -> turn.again("noted"));
        f.state(Search.FOUND, s -> {
            s.work(
                    job -> {
                        if (failures-- > 0) {
                            throw new IOException("down");
                        }
                        return "found";
                    },
                    (turn, found) -> turn.again());
            s.ask("Which?").ends().answer((turn, in) -> turn.done());
        });
    });

    private final FlowTester<String, String> user =
            FlowTester.of(Flow.<String, String, Nothing, Top>of(Top.class, new Nothing(""), f -> {
                f.idle("idle").begin("/search"::equals, Top.SEARCHING).first((turn, in) -> turn.put("last", in));
                f.state(
                        Top.SEARCHING,
                        s -> s.call(search, (turn, found) -> turn.end()).ends());
            }));

    private void fails() {
        failures = 1;
        assertThatThrownBy(() -> user.say("/search")).isInstanceOf(WorkFailedException.class);
    }

    private void expectLast(String input) {
        assertThat(user.conversation().value("last", String.class)).contains(input);
    }

    @Test
    void whatAnswersNothingIsStillNoted() {
        fails();
        user.say("first").expect("Which?").inState(Search.FOUND);
        expectLast("first");
    }

    @Test
    void commandsOfTheSubDialogAreHeardAfterTheWork() {
        fails();
        user.say("/note").expect("Which?", "noted", "Which?");
        expectLast("/note");
    }
}
