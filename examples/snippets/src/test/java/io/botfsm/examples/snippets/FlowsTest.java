package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.flow.Flow;
import io.botfsm.flow.SubFlow;
import io.botfsm.flow.WorkFailedException;
import io.botfsm.flow.test.FlowTester;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.timeout.TimeoutHandler;
import io.botfsm.timeout.TimeoutRunner;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import io.botfsm.transition.TransitionRefusedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The pieces of the page on flows, put together and run. */
class FlowsTest {
    // snippet: flow-pizza
    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    record Pizza(@Nullable String size, @Nullable String address) {}

    static final Flow<String, String> PIZZA = Flow.of(Order.class, new Pizza(null, null), f -> {
        f.idle("Send /order."); // where there is no conversation
        f.begin("/order"::equals, Order.SIZE); // commands, heard in every state
        f.end("/cancel"::equals, "Nothing ordered.");
        f.back("/back"::equals);
        f.state(Order.SIZE, s -> {
            s.ask("Small or large?").to(Order.ADDRESS);
            s.answer((turn, text) -> switch (text) {
                case "small", "large" -> turn.data(new Pizza(text, null)).goTo(Order.ADDRESS);
                default -> turn.again("I only know small and large."); // a remark, then the question again
            });
        });
        f.state(Order.ADDRESS, s -> {
            s.ask(pizza -> "Where to with your " + pizza.size() + " one?").to(Order.PLACED);
            s.answer((turn, text) -> turn.change(p -> new Pizza(p.size(), text)).goTo(Order.PLACED));
        });
        f.state(Order.PLACED, s -> s.ask("On its way.")); // expects nothing: a command leads on
    });
    // end

    private final StorageKey key =
            StorageKey.bot(1).chat(2).user(System.nanoTime()).build();
    private final StateStorage conversations = new MemoryStateStorage();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private boolean failing;

    private void send(String reply) {
        if (failing) {
            throw new IllegalStateException("it cannot be sent");
        }
        sent.add(reply);
    }

    @Test
    void keptInRedis() {
        String uri = RedisServers.shared().uri(0);
        long updateId = 1;
        String text = "/order";
        for (int delivery = 1; delivery <= 2; delivery++) {
            // snippet: flow-redis
            try (BotRedis redis = LettuceRedis.connect(uri)) { // once, at start: redis://localhost:6379/1
                Fsm fsm = PIZZA.fsm(redis.stateStorage());
                List<String> replies = PIZZA.handle(fsm, key, EventId.of(updateId), text);
                replies.forEach(this::send); // after one read and one write
            }
            // end
        }
        assertThat(sent).as("redelivered: the question again").containsExactly("Small or large?", "Small or large?");
    }

    @Test
    void tested() {
        // snippet: flow-test
        FlowTester.of(PIZZA)
                .say("/order")
                .expect("Small or large?")
                .say("medium")
                .expect("I only know small and large.", "Small or large?")
                .say("small")
                .inState(Order.ADDRESS)
                .redeliver() // the messenger delivers the last update again
                .expect("Where to with your small one?")
                .restart()
                .say("/back")
                .expect("Small or large?");
        // end
        assertThatThrownBy(() -> FlowTester.of(PIZZA).say("/order").expect("Which size?"))
                .hasMessageContaining("< Small or large?");
    }

    // snippet: flow-buttons
    /** What the bot hears: a text, or a button, which knows the state whose question it belongs to. */
    record Input(String text, Optional<String> questionOf) {}

    /** What the bot says: a text, and a state to put into the buttons. */
    record Message(String text, String state, List<String> buttons) {}

    static final Flow<Input, Message> MENU = Flow.of(Order.class, new Pizza(null, null), f -> {
        f.idle(new Message("Send /order.", "", List.of()));
        f.answers(Input::questionOf, new Message("That was an earlier question.", "", List.of()));
        f.begin(in -> in.text().equals("/order"), Order.SIZE);
        f.state(Order.SIZE, s -> {
            s.ask((pizza, now) -> new Message("Size?", now.state().orElse(""), List.of("small", "large")));
            s.to(Order.ADDRESS).answer((turn, in) -> turn.goTo(Order.ADDRESS));
        });
        f.state(Order.ADDRESS, s -> {
            s.ask(new Message("Where to?", "", List.of())).to(Order.PLACED);
            s.answer((turn, in) -> turn.goTo(Order.PLACED));
        });
        f.state(Order.PLACED, s -> s.ask(new Message("On its way.", "", List.of())));
    });
    // end

    @Test
    void aButtonOfAnEarlierQuestionAnswersNothing() {
        Input small = new Input("small", Optional.of("Order:SIZE"));
        FlowTester.of(MENU)
                .say(new Input("/order", Optional.empty()))
                .press(small)
                .press(small)
                .expect(
                        new Message("That was an earlier question.", "", List.of()),
                        new Message("Where to?", "", List.of()))
                .inState(Order.ADDRESS);
    }

    enum Feedback {
        TEXT,
        THANKS
    }

    record Opinion(@Nullable String text) {}

    @Test
    void severalFlowsInOneBot() {
        // snippet: flow-join
        Flow<String, String> feedback = Flow.of(Feedback.class, new Opinion(null), f -> {
            f.idle(now ->
                    now.value("language", String.class).orElse("en").equals("de") ? "Oder /lob." : "Or /feedback.");
            f.begin("/feedback"::equals, Feedback.TEXT);
            f.when(
                    "/deutsch"::equals,
                    (turn, text) -> turn.put("language", "de").again()); // of the whole chat
            f.state(Feedback.TEXT, s -> {
                s.ask("Tell me.").to(Feedback.THANKS);
                s.answer((turn, text) -> turn.data(new Opinion(text)).goTo(Feedback.THANKS));
            });
            f.state(Feedback.THANKS, s -> s.ask(opinion -> "Thanks for '" + opinion.text() + "'."));
        });
        Flow<String, String> bot = Flow.join(PIZZA, feedback);
        // end
        FlowTester.of(bot)
                .say("/deutsch")
                .expect("Send /order.", "Oder /lob.")
                .say("/order")
                .say("small")
                .say("/feedback")
                .say("good")
                .expect("Thanks for 'good'.")
                .say("/cancel")
                .expect("Nothing ordered.", "Send /order.", "Oder /lob.");
    }

    @Test
    void rulesOfTheDeclarations() {
        // snippet: flow-rules
        StateStorage storage = new TransitionCheckingStateStorage(conversations, PIZZA.rules(), Undeclared.REFUSE);
        String diagram = PIZZA.toMermaid();
        // end
        Fsm fsm = PIZZA.fsm(storage);
        PIZZA.handle(fsm, key, "/order");
        assertThatThrownBy(() -> fsm.context(key).setState(Order.PLACED))
                .isInstanceOf(TransitionRefusedException.class);
        assertThat(diagram).contains("Order_ADDRESS --> Order_SIZE");
    }

    enum Meal {
        HOW_BIG,
        WHERE
    }

    @Test
    void renamed() {
        PIZZA.handle(PIZZA.fsm(conversations), key, "/order");
        // snippet: flow-names
        Flow<String, String> renamed = Flow.of(
                Meal.class,
                new Pizza(null, null),
                names -> names.formerly("Order:SIZE", Meal.HOW_BIG).formerly("Order:ADDRESS", Meal.WHERE),
                f -> {
                    f.idle("Send /order.").unknownState("I have changed, and cannot go on with what we had.");
                    f.begin("/order"::equals, Meal.HOW_BIG);
                    f.state(Meal.HOW_BIG, s -> {
                        s.ask("How big?").to(Meal.WHERE);
                        s.answer(
                                (turn, text) -> turn.data(new Pizza(text, null)).goTo(Meal.WHERE));
                    });
                    f.state(Meal.WHERE, s -> s.ask(pizza -> "Where to with the " + pizza.size() + " one?"));
                });
        // end
        Fsm fsm = renamed.fsm(conversations);
        assertThat(renamed.handle(fsm, key, "small")).containsExactly("Where to with the small one?");
        fsm.context(key).setState("Order:PLACED");
        assertThat(renamed.handle(fsm, key, "?"))
                .containsExactly("I have changed, and cannot go on with what we had.", "Send /order.");
        assertThat(renamed.handle(fsm, key, "/order")).containsExactly("How big?");
    }

    // snippet: flow-old-switch
    static List<String> oldSwitch(Turn turn, String text) {
        if (turn.state(Order.class).orElseThrow() == Order.ADDRESS) {
            turn.put("address", text).state(Order.PLACED);
        }
        return List.of();
    }

    static List<String> oldQuestion(Conversation now) {
        return List.of(now.state(Order.class).orElseThrow() == Order.ADDRESS ? "Where to?" : "On its way.");
    }
    // end

    @Test
    void oneStateAfterAnother() {
        // snippet: flow-by-hand
        Flow<String, String> half = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
            f.byHand(
                    Set.of(Order.ADDRESS, Order.PLACED),
                    (turn, text) -> oldSwitch(turn, text),
                    now -> oldQuestion(now));
            f.state(Order.SIZE, s -> {
                s.ask("Small or large?").to(Order.ADDRESS);
                s.answer((turn, text) -> turn.data(new Pizza(text, null)).goTo(Order.ADDRESS));
            });
        });
        // end
        FlowTester.of(half)
                .say("/order")
                .say("small")
                .expect("Where to?")
                .redeliver()
                .expect("Where to?")
                .say("Elm St 1")
                .expect("On its way.");
    }

    // snippet: flow-sub
    enum Where {
        STREET,
        CITY
    }

    record Address(@Nullable String street, @Nullable String city) {}

    static final SubFlow<String, String, Address> ADDRESS = SubFlow.of(Where.class, new Address(null, null), f -> {
        f.state(Where.STREET, s -> {
            s.ask("Which street?").to(Where.CITY);
            s.answer((turn, text) -> turn.data(new Address(text, null)).goTo(Where.CITY));
        });
        f.state(Where.CITY, s -> {
            s.ask("Which city?").ends();
            s.answer((turn, text) ->
                    turn.change(a -> new Address(a.street(), text)).done()); // returns its data
        });
    });
    // end

    enum Visit {
        HOME,
        DONE
    }

    record Home(@Nullable String line) {}

    @Test
    void aDialogCallsAnother() {
        // snippet: flow-call
        Flow<String, String> visit = Flow.of(Visit.class, new Home(null), f -> {
            f.idle("Send /visit.").begin("/visit"::equals, Visit.HOME).back("/back"::equals);
            // by a command, from anywhere:
            f.call(
                    "/where"::equals,
                    ADDRESS,
                    (turn, at) -> turn.put("city", at.city()).again());
            // by a state, whose questions it asks:
            f.state(Visit.HOME, s -> {
                s.call(ADDRESS, (turn, at) -> turn.data(new Home(at.street())).goTo(Visit.DONE));
                s.to(Visit.DONE);
            });
            f.state(Visit.DONE, s -> s.ask(home -> "We come to " + home.line() + "."));
        });
        // end
        FlowTester.of(visit)
                .say("/where")
                .say("Elm St 1")
                .redeliver()
                .expect("Which city?")
                .say("London")
                .expect("Send /visit.")
                .say("/visit")
                .say("High St 2")
                .say("/back")
                .expect("Which street?")
                .say("High St 3")
                .say("Bath")
                .expect("We come to High St 3.");
    }

    /** Another system, whose answers may be lost. */
    private static final class Kitchen {
        final Set<String> orders = new TreeSet<>();
        boolean fails = true;

        boolean bake(String id, Pizza pizza) throws IOException {
            orders.add(id);
            if (fails) {
                fails = false;
                throw new IOException("the answer was lost");
            }
            return pizza.size() != null;
        }
    }

    enum Bake {
        SIZE,
        BAKING,
        BAKED
    }

    @Test
    void workOutsideTheTurn() {
        Kitchen kitchen = new Kitchen();
        Flow<String, String> flow = Flow.of(Bake.class, new Pizza(null, null), f -> {
            f.idle("Send /order.").begin("/order"::equals, Bake.SIZE);
            f.state(Bake.SIZE, s -> {
                s.ask("Small or large?").to(Bake.BAKING);
                s.answer((turn, text) -> turn.data(new Pizza(text, null)).goTo(Bake.BAKING));
            });
            // snippet: flow-work
            f.state(Bake.BAKING, s -> {
                s.work(
                        job -> kitchen.bake(job.id(), job.data()), // outside the turn, at least once under this id
                        (turn, baked) -> baked
                                ? turn.goTo(Bake.BAKED)
                                : turn.say("We are out of dough.").goTo(Bake.SIZE));
                s.to(Bake.BAKED, Bake.SIZE);
            });
            // end
            f.state(Bake.BAKED, s -> s.ask("It smells good already."));
        });
        FlowTester<String, String> tester = FlowTester.of(flow).say("/order");
        assertThatThrownBy(() -> tester.say("small")).isInstanceOf(WorkFailedException.class);
        tester.inState(Bake.BAKING).restart().redeliver().expect("It smells good already.");
        assertThat(kitchen.orders).as("one order, whatever was repeated").hasSize(1);
    }

    @Test
    void timeouts() throws Exception {
        // snippet: flow-after
        Flow<String, String> patient = Flow.of(Visit.class, new Home(null), f -> {
            f.idle("Send /visit.").begin("/visit"::equals, Visit.HOME);
            f.after(Duration.ofHours(24), turn -> turn.end("I have let it go.")); // in every state
            f.state(Visit.HOME, s -> {
                s.ask("Where do you live?").to(Visit.DONE);
                s.answer((turn, text) -> turn.data(new Home(text)).goTo(Visit.DONE));
                s.after(Duration.ofMinutes(30), turn -> turn.again("Are you still there?")); // once
            });
            f.state(Visit.DONE, s -> s.ask(home -> "We come to " + home.line() + "."));
        });
        FlowTester.of(patient)
                .say("/visit")
                .pass(Duration.ofMinutes(31)) // nothing waits
                .expect("Are you still there?", "Where do you live?")
                .pass(Duration.ofHours(23))
                .expect()
                .pass(Duration.ofHours(1))
                .expect("I have let it go.", "Send /visit.");
        // end

        AtomicReference<Instant> now = new AtomicReference<>(Instant.now().minus(Duration.ofHours(1)));
        Fsm fsm = patient.register(Fsm.builder(conversations).clock(now::get)).build();
        patient.handle(fsm, key, "/visit");
        Instant deadline = fsm.context(key).read().snapshot().deadline().orElseThrow();
        fire(patient, fsm, deadline);
        assertThat(sent).as("once").containsExactly("Are you still there?", "Where do you live?");
    }

    private void fire(Flow<String, String> flow, Fsm fsm, Instant deadline) throws Exception {
        // snippet: flow-fire
        TimeoutHandler handler =
                (conversations, key, due) -> flow.fire(conversations, key, due, replies -> replies.forEach(this::send));
        TimeoutRunner timeouts = TimeoutRunner.builder(1).start(fsm, handler); // of bot 1
        // end
        Awaitility.await().until(() -> timeouts.fired() == 1);
        handler.fire(fsm, key, deadline);
        timeouts.stopPolling();
        timeouts.drain(Duration.ofSeconds(10));

        // snippet: flow-fire-or
        TimeoutHandler both =
                (conversations, key, due) -> flow.fire(conversations, key, due, replies -> replies.forEach(this::send))
                        || fire(conversations, key, due); // of your own, as below
        // end
        assertThat(both.fire(fsm, key, deadline)).as("another was faster").isTrue();
    }

    @Test
    void aTimeoutWithoutAFlow() {
        Fsm fsm = Fsm.builder(conversations).states(Order.class).build();
        // snippet: turn-timeout
        fsm.handle(key, EventId.of(1), turn -> turn.state(Order.SIZE).timeout(Duration.ofMinutes(30)));
        // end
        Instant first = fsm.context(key).read().snapshot().deadline().orElseThrow();
        failing = true;
        assertThatThrownBy(() -> fire(fsm, key, first)).isInstanceOf(IllegalStateException.class);
        failing = false;
        Instant again = fsm.context(key).read().snapshot().deadline().orElseThrow();
        fire(fsm, key, first);
        assertThat(sent).as("the deadline is another").isEmpty();
        fire(fsm, key, again);
        assertThat(sent).containsExactly("Are you still there?");
        assertThat(fsm.context(key).read().snapshot().deadline()).isEmpty();

        fsm.handle(key, EventId.of(2), turn -> turn.timeout(Duration.ofMinutes(30)));
        fsm.handle(key, EventId.of(3), turn -> turn.state(Order.ADDRESS));
        assertThat(fsm.context(key).read().snapshot().deadline())
                .as("the state was left")
                .isEmpty();
    }

    // snippet: turn-fire
    /** The {@code TimeoutHandler}. */
    boolean fire(Fsm fsm, StorageKey key, Instant deadline) {
        Optional<Instant> unsent = fsm.handle(key, turn -> {
                    if (!turn.snapshot().deadline().equals(Optional.of(deadline))) {
                        return Optional.<Instant>empty(); // somebody was faster
                    }
                    return turn.put("reminded", true)
                            .timeout(Duration.ofMinutes(1)) // due again, unless the reminder is sent
                            .snapshot()
                            .deadline();
                })
                .orElse(now -> Optional.empty());
        if (unsent.isPresent()) {
            send("Are you still there?");
            fsm.handle(key, turn -> turn.snapshot().deadline().equals(unsent) ? turn.clearTimeout() : turn);
        }
        return true; // nothing is left to be done
    }
    // end
}
