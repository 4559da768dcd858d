package io.botfsm.flow.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.flow.Flow;
import io.botfsm.flow.HandlerDecisionException;
import io.botfsm.flow.UndeclaredExitException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The commands of a dialog and the decisions of its handlers, in bots with three states. */
class PizzaDialogTest {
    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    record Pizza(@Nullable String size, @Nullable String address) {}

    static final Flow<String, String> PIZZA = Flow.of(
            Order.class,
            new Pizza(null, null),
            f -> f.idle("Send /order.")
                    .begin("/order"::equals, Order.SIZE)
                    .end("/cancel"::equals, "Nothing ordered.")
                    .back("/back"::equals)
                    .state(
                            Order.SIZE,
                            s -> s.ask("Small or large?").to(Order.ADDRESS).answer((turn, text) -> switch (text) {
                                case "small", "large" ->
                                    turn.data(new Pizza(text, null)).goTo(Order.ADDRESS);
                                default -> turn.again("I only know small and large.");
                            }))
                    .state(
                            Order.ADDRESS,
                            s -> s.ask(pizza -> "Where to with your " + pizza.size() + " one?")
                                    .to(Order.PLACED)
                                    .answer((turn, text) -> turn.change(p -> new Pizza(p.size(), text))
                                            .goTo(Order.PLACED)))
                    .state(Order.PLACED, s -> s.ask(pizza -> "On its way to " + pizza.address() + ".")));

    @Test
    void ruleF03_fromTheFirstWordToTheLast() {
        FlowTester.of(PIZZA)
                .say("hi")
                .expect("Send /order.")
                .say("/order")
                .expect("Small or large?")
                .say("medium")
                .expect("I only know small and large.", "Small or large?")
                .say("small")
                .expect("Where to with your small one?")
                .inState(Order.ADDRESS)
                .redeliver()
                .expect("Where to with your small one?")
                .restart()
                .say("/back")
                .expect("Small or large?")
                .say("large")
                .say("Elm St 1")
                .expect("On its way to Elm St 1.")
                .say("?")
                .expect("On its way to Elm St 1.")
                .say("/back")
                .inState(Order.PLACED)
                .say("/cancel")
                .expect("Nothing ordered.", "Send /order.")
                .ended()
                .redeliver()
                .expect("Send /order.");
    }

    @Test
    void ruleF04_anInputGoesToTheFirstThatTakesIt() {
        Flow<String, String> flow = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE);
            f.when(text -> text.contains("b"), (turn, text) -> turn.again("command"));
            f.when(text -> text.contains("c"), (turn, text) -> turn.again("later command"));
            f.state(Order.SIZE, s -> {
                s.ask("size?").to(Order.ADDRESS);
                s.when(text -> text.contains("a"), (turn, text) -> turn.again("state"));
                s.answer((turn, text) -> turn.say("answer").goTo(Order.ADDRESS));
            });
            f.state(Order.ADDRESS, s -> {
                s.ask("address?").to(Order.PLACED);
                s.when("e"::equals, (turn, text) -> turn.goTo(Order.PLACED));
            });
            f.state(Order.PLACED, s -> s.ask("placed"));
        });
        FlowTester.of(flow)
                .say("/order")
                .say("abc")
                .expect("state", "size?")
                .say("bc")
                .expect("command", "size?")
                .say("c")
                .expect("later command", "size?")
                .say("d")
                .expect("answer", "address?")
                .say("d")
                .expect("address?");
    }

    @Test
    void ruleF10_startingOverForgetsTheDataAndTheWay() {
        FlowTester.of(PIZZA)
                .say("/order")
                .say("small")
                .say("/order")
                .expect("Small or large?")
                .say("/back")
                .expect("Small or large?");
    }

    @Test
    void ruleF08_theDiagramShowsWhatIsDeclared() {
        assertThat(PIZZA.toMermaid())
                .contains(
                        "Order_SIZE --> Order_ADDRESS",
                        "Order_ADDRESS --> Order_PLACED",
                        "Order_ADDRESS --> Order_SIZE")
                .contains("Order_PLACED --> [*]")
                .doesNotContain("Order_SIZE --> Order_PLACED", "Order_PLACED --> Order_ADDRESS");
        assertThat(PIZZA.rules().declare(Optional.empty(), Optional.of("Order:SIZE")))
                .isTrue();
        assertThat(PIZZA.rules().declare(Optional.empty(), Optional.of("Order:PLACED")))
                .isFalse();
    }

    /** A bot in which a handler of the first state is wrong. */
    private static Flow<String, String> wrong() {
        return Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .first((turn, text) -> {
                            if (text.equals("first")) {
                                var unused = turn.again();
                            }
                        })
                        .when("/far"::equals, (turn, text) -> turn.goTo(Order.PLACED))
                        .state(
                                Order.SIZE,
                                s -> s.ask("size?").to(Order.ADDRESS).answer((turn, text) -> switch (text) {
                                    case "twice" -> {
                                        var unused = turn.goTo(Order.ADDRESS);
                                        yield turn.again();
                                    }
                                    case "undeclared" -> turn.put("a", 1).goTo(Order.PLACED);
                                    case "begin" -> turn.begin(Order.PLACED);
                                    case "end" -> turn.end();
                                    case "back" -> turn.back();
                                    case "nothing" -> null;
                                    default -> turn.goTo(Order.ADDRESS);
                                }))
                        .state(
                                Order.ADDRESS,
                                s -> s.ask("address?").to(Order.PLACED).answer((turn, text) -> turn.goTo(Order.PLACED)))
                        .state(Order.PLACED, s -> s.ask("placed")));
    }

    @Test
    void ruleF06_undeclaredExitsAreRefusedAndNothingIsStored() {
        for (String text : List.of("undeclared", "begin", "end", "back", "/far")) {
            FlowTester<String, String> tester = FlowTester.of(wrong()).say("/order");
            assertThatThrownBy(() -> tester.say(text))
                    .isInstanceOf(UndeclaredExitException.class)
                    .hasMessageContaining("declare");
            tester.inState(Order.SIZE);
            assertThat(tester.conversation().snapshot().data()).isEmpty();
            assertThat(tester.conversation().snapshot().events().contains(io.botfsm.storage.EventId.of(2)))
                    .as("the event can be delivered again")
                    .isFalse();
        }
    }

    @Test
    void ruleF05_aHandlerDecidesExactlyOnce() {
        for (String text : List.of("twice", "nothing", "first")) {
            FlowTester<String, String> tester = FlowTester.of(wrong()).say("/order");
            assertThatThrownBy(() -> tester.say(text))
                    .isInstanceOf(HandlerDecisionException.class)
                    .hasMessageContaining("Order:SIZE");
            tester.inState(Order.SIZE);
        }
    }

    enum Feedback {
        TEXT,
        THANKS
    }

    record Said(@Nullable String text) {}

    @Test
    void oneBotOfTwoFlows() {
        Flow<String, String> feedback = Flow.of(
                Feedback.class,
                new Said(null),
                f -> f.idle("Or /feedback.")
                        .when(
                                text -> text.startsWith("/feedback "),
                                (turn, text) ->
                                        turn.data(new Said(text.substring(10))).begin(Feedback.THANKS),
                                Feedback.THANKS)
                        .begin("/feedback"::equals, Feedback.TEXT)
                        .when("/help"::equals, (turn, text) -> turn.again("Help."))
                        .state(
                                Feedback.TEXT,
                                s -> s.ask("Tell me.")
                                        .to(Feedback.THANKS)
                                        .when("nothing"::equals, (turn, text) -> turn.end("Well."))
                                        .answer((turn, text) ->
                                                turn.data(new Said(text)).goTo(Feedback.THANKS)))
                        .state(Feedback.THANKS, s -> s.ask(said -> "Thanks for '" + said.text() + "'.")));
        FlowTester.of(Flow.join(PIZZA, feedback))
                .say("x")
                .expect("Send /order.", "Or /feedback.")
                .say("/order")
                .say("/help")
                .expect("Help.", "Small or large?")
                .say("small")
                .say("/feedback")
                .expect("Tell me.")
                .say("/back")
                .expect("Thanks for '/back'.")
                .say("/order")
                .say("/feedback late")
                .expect("Thanks for 'late'.")
                .say("/feedback")
                .say("nothing")
                .expect("Well.", "Send /order.", "Or /feedback.")
                .ended();
    }

    record Press(String state, String text) {}

    @Test
    void ruleF18_buttonsOfEarlierQuestionsAreLate() {
        Flow<Press, String> flow = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .answers(press -> Optional.of(press.state()).filter(s -> !s.isEmpty()), "Too late.")
                        .begin(press -> press.text().equals("/order"), Order.SIZE)
                        .state(
                                Order.SIZE,
                                s -> s.ask((p, now) -> "size? " + now.state().orElseThrow())
                                        .to(Order.ADDRESS)
                                        .answer((turn, press) -> turn.goTo(Order.ADDRESS)))
                        .state(
                                Order.ADDRESS,
                                s -> s.asks((p, now) -> List.of("address", "?"))
                                        .to(Order.PLACED)
                                        .answer((turn, press) -> turn.goTo(Order.PLACED)))
                        .state(Order.PLACED, s -> s.ask("placed")));
        FlowTester.of(flow)
                .press(new Press("Order:SIZE", "small"))
                .expect("Too late.", "idle")
                .say(new Press("", "/order"))
                .expect("size? Order:SIZE")
                .press(new Press("Order:SIZE", "small"))
                .expect("address", "?")
                .press(new Press("Order:SIZE", "large"))
                .expect("Too late.", "address", "?")
                .inState(Order.ADDRESS);
    }

    /** A switch that the flow replaces state by state. */
    @Test
    void ruleF21_statesThatAreStillHandledByHand() {
        Flow<String, String> half = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .byHand(
                                Set.of(Order.ADDRESS, Order.PLACED),
                                (turn, text) -> {
                                    switch (turn.state(Order.class).orElseThrow()) {
                                        case ADDRESS -> {
                                            var unused =
                                                    turn.put("address", text).state(Order.PLACED);
                                        }
                                        default -> {
                                            var unused = turn.clearState();
                                        }
                                    }
                                    return List.of("by hand");
                                },
                                now -> List.of(
                                        now.state(Order.class).orElseThrow() == Order.ADDRESS
                                                ? "address?"
                                                : "placed, "
                                                        + now.value("address", String.class)
                                                                .orElse("")))
                        .state(
                                Order.SIZE,
                                s -> s.ask("size?")
                                        .to(Order.ADDRESS)
                                        .answer((turn, text) ->
                                                turn.data(new Pizza(text, null)).goTo(Order.ADDRESS))));
        FlowTester<String, String> tester = FlowTester.of(half)
                .say("/order")
                .say("small")
                .expect("address?")
                .say("Elm St 1")
                .expect("by hand", "placed, Elm St 1")
                .say("thanks")
                .expect("by hand", "idle")
                .ended();
        assertThat(tester.conversation().snapshot().data()).containsOnlyKeys("address");
    }
}
