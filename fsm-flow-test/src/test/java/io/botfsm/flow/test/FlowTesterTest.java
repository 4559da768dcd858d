package io.botfsm.flow.test;

import static io.botfsm.flow.test.PizzaDialogTest.PIZZA;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.flow.Flow;
import io.botfsm.flow.test.PizzaDialogTest.Order;
import io.botfsm.flow.test.PizzaDialogTest.Pizza;
import io.botfsm.transition.TransitionRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a failing test shows. */
class FlowTesterTest {
    @Test
    void anUnexpectedReplyShowsTheDialog() {
        assertThatThrownBy(() -> FlowTester.of(PIZZA)
                        .say("/order")
                        .press("small")
                        .restart()
                        .redeliver()
                        .expect("Where to?"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        expected the replies [Where to?], but they were [Where to with your small one?], after this dialog:
                          > /order
                          < Small or large?
                          > [small]
                          < Where to with your small one?
                          -- restart
                          > small (redelivered)
                          < Where to with your small one?""");
    }

    @Test
    void anotherStateOrNone() {
        FlowTester<String, String> tester = FlowTester.of(PIZZA).say("/order");
        assertThatThrownBy(() -> tester.inState(Order.ADDRESS))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected the state ADDRESS, but it was Order:SIZE");
        assertThatThrownBy(tester::ended)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected no state, but it was Order:SIZE");
    }

    @Test
    void anExceptionStandsInTheDialog() {
        Flow<String, String> failing = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .byHand(Set.of(Order.ADDRESS, Order.PLACED), (turn, text) -> List.of(), now -> List.of())
                        .state(
                                Order.SIZE,
                                s -> s.ask("size?").to(Order.ADDRESS).answer((turn, text) -> {
                                    throw new IllegalStateException("broken");
                                })));
        FlowTester<String, String> tester = FlowTester.of(failing).say("/order");
        assertThatThrownBy(() -> tester.say("x")).hasMessage("broken");
        assertThatThrownBy(tester::ended).hasMessageContaining("! java.lang.IllegalStateException: broken");
    }

    @Test
    void ruleF08_undeclaredTransitionsAreRefused() {
        Flow<String, String> byHand = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .byHand(
                                Set.of(Order.SIZE, Order.ADDRESS, Order.PLACED),
                                (turn, text) -> {
                                    var unused = turn.state("Another:STATE");
                                    return List.of();
                                },
                                now -> List.of("?")));
        FlowTester<String, String> tester = FlowTester.of(byHand).say("/order");
        assertThatThrownBy(() -> tester.say("x")).isInstanceOf(TransitionRefusedException.class);
    }

    enum Reminder {
        ASKED,
        DONE
    }

    @Test
    void timeoutsOfEqualLengthAreHandledOneAfterAnother() {
        Flow<String, String> flow = Flow.of(Reminder.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/begin"::equals, Reminder.ASKED);
            f.after(Duration.ofMinutes(1), turn -> turn.end("third"));
            f.state(Reminder.ASKED, s -> {
                s.ask("where?").to(Reminder.DONE).answer((turn, text) -> turn.goTo(Reminder.DONE));
                s.after(Duration.ofMinutes(1), turn -> turn.again("first"));
                s.after(Duration.ofMinutes(1), turn -> turn.again("second"));
            });
            f.state(Reminder.DONE, s -> s.ask("done"));
        });
        FlowTester.of(flow)
                .say("/begin")
                .pass(Duration.ofMinutes(1))
                .expect("first", "where?", "second", "where?", "third", "idle")
                .ended();
    }

    @Test
    void aDeadlineThatIsNotTheFlowsDoesNotStopTheTime() {
        Flow<String, String> byHand = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .byHand(
                                Set.of(Order.SIZE, Order.ADDRESS, Order.PLACED),
                                (turn, text) -> {
                                    var unused = turn.timeout(Duration.ofMinutes(1));
                                    return List.of();
                                },
                                now -> List.of("?")));
        FlowTester.of(byHand)
                .say("/order")
                .say("small")
                .pass(Duration.ofHours(1))
                .expect()
                .inState(Order.SIZE);
    }

    @Test
    void nothingToRedeliver() {
        assertThatThrownBy(() -> FlowTester.of(PIZZA).redeliver())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing was said");
    }
}
