package io.botfsm.flow.test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import io.botfsm.flow.UndeclaredExitException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls of sub-dialogs by commands, while other dialogs wait for a sub-dialog. */
class NestedCallsTest {
    enum Where {
        STREET,
        CITY
    }

    record Address(@Nullable String street, @Nullable String city) {}

    private static final SubFlow<String, String, Address> ADDRESS =
            SubFlow.of(Where.class, new Address(null, null), f -> {
                f.state(Where.STREET, s -> {
                    s.ask("Street?").to(Where.CITY);
                    s.answer((turn, in) -> turn.data(new Address(in, null)).goTo(Where.CITY));
                });
                f.state(Where.CITY, s -> {
                    s.ask(a -> a.street() + " in which city?").ends();
                    s.answer((turn, in) ->
                            turn.change(a -> new Address(a.street(), in)).done());
                });
            });

    enum Profile {
        NAME,
        WHERE
    }

    record Person(@Nullable String name, @Nullable String city) {}

    private static final SubFlow<String, String, Person> PROFILE =
            SubFlow.of(Profile.class, new Person(null, null), f -> {
                f.state(Profile.NAME, s -> {
                    s.ask("Name?").to(Profile.WHERE);
                    s.answer((turn, in) -> turn.data(new Person(in, null)).goTo(Profile.WHERE));
                });
                f.state(
                        Profile.WHERE,
                        s -> s.call(
                                        ADDRESS,
                                        (turn, at) -> turn.change(p -> new Person(p.name(), at.city()))
                                                .done())
                                .ends());
            });

    enum Visit {
        WHEN,
        HOME,
        DONE
    }

    record Home(@Nullable String when, @Nullable String city) {}

    private static final Flow<String, String> VISIT = Flow.of(Visit.class, new Home(null, null), f -> {
        f.idle("Send /visit.").begin("/visit"::equals, Visit.WHEN).back("/back"::equals);
        f.call("/profile"::equals, PROFILE, (turn, p) -> turn.again(p.name() + " of " + p.city()));
        f.call("/where"::equals, ADDRESS, (turn, at) -> turn.again("You are in " + at.city()));
        f.when("/skip"::equals, (turn, in) -> turn.goTo(Visit.DONE));
        f.after(Duration.ofHours(24), turn -> turn.end("I have let it go."));
        f.state(Visit.WHEN, s -> {
            s.ask("When?").to(Visit.HOME);
            s.answer((turn, in) -> turn.data(new Home(in, null)).goTo(Visit.HOME));
        });
        f.state(Visit.HOME, s -> {
            s.call(
                    ADDRESS,
                    (turn, at) ->
                            turn.change(h -> new Home(h.when(), at.city())).goTo(Visit.DONE));
            s.to(Visit.DONE);
        });
        f.state(Visit.DONE, s -> s.ask(h -> h.when() + " in " + h.city()));
    });

    private final FlowTester<String, String> user = FlowTester.of(VISIT);

    private void says(String... inputs) {
        for (String input : inputs) {
            user.say(input);
        }
    }

    @Test
    void ruleF13_aCommandThatCallsWhatIsOpenReturnsToItsOwnCallerAndCallsTheOtherAnew() {
        says("/visit", "monday", "Elm St 1", "/where");
        user.expect("Street?").inState(Where.STREET);
        says("Oak St 2", "London");
        user.expect("You are in London", "Street?").inState(Where.STREET);
        says("Elm St 1", "Paris");
        user.expect("monday in Paris").inState(Visit.DONE);
    }

    @Test
    void aSecondCallOfTheSameDialogWithinAnotherLeavesTheDataOfTheFirstAlone() {
        says("/visit", "monday", "Elm St 1", "/profile", "Ann");
        user.expect("Street?");
        says("Oak St 2");
        user.expect("Oak St 2 in which city?");
        says("London");
        user.expect("Ann of London", "Street?").inState(Where.STREET);
        says("Elm St 1");
        user.expect("Elm St 1 in which city?");
        says("Paris");
        user.expect("monday in Paris").inState(Visit.DONE);
    }

    @Test
    void backAtTheBeginningOfTheCommandsDialogEndsTheCommand() {
        says("/visit", "monday", "Elm St 1", "/profile", "/back");
        user.expect("Street?").inState(Where.STREET);
        says("/back");
        user.expect("When?").inState(Visit.WHEN);
    }

    @Test
    void ruleF13_theSameCommandTwiceCallsOnce() {
        says("/profile", "/profile", "Ann", "Oak St 2", "/profile", "Bob", "Elm St 1", "Rome");
        user.expect("Bob of Rome", "Send /visit.").ended();
    }

    @Test
    void aDialogWhoseCommandCallsFromNoStateIsHeardAndTimesOutInWhatItCalls() {
        says("/profile", "/back");
        user.expect("Send /visit.").ended();
        says("/profile");
        user.pass(Duration.ofHours(24))
                .expect("I have let it go.", "Send /visit.")
                .ended();
    }

    @Test
    void theExitsOfAStateThatWaitsAreNotThoseOfACommandInWhatItCalls() {
        says("/visit", "monday");
        assertThatThrownBy(() -> user.say("/skip"))
                .isInstanceOf(UndeclaredExitException.class)
                .hasMessageContaining("when(");
    }
}
