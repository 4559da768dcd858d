package io.botfsm.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a flow keeps in a conversation, and how it reads what other builds have stored. */
class StoredFlowTest {
    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    record Pizza(@Nullable String size, @Nullable String address) {}

    static final Flow<String, String> PIZZA = Flow.of(
            Order.class,
            new Pizza(null, null),
            f -> f.idle("idle")
                    .begin("/order"::equals, Order.SIZE)
                    .end("/cancel"::equals, "cancelled")
                    .back("/back"::equals)
                    .first((turn, text) -> turn.put("last", text))
                    .state(
                            Order.SIZE,
                            s -> s.ask("size?")
                                    .to(Order.ADDRESS)
                                    .answer((turn, text) ->
                                            turn.data(new Pizza(text, null)).goTo(Order.ADDRESS)))
                    .state(
                            Order.ADDRESS,
                            s -> s.ask(p -> p.size() + "?")
                                    .to(Order.PLACED)
                                    .answer((turn, text) -> turn.change(p -> new Pizza(p.size(), text))
                                            .goTo(Order.PLACED)))
                    .state(Order.PLACED, s -> s.ask("placed")));

    private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
    private final StateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = PIZZA.fsm(storage);
    private long event;

    private java.util.List<String> say(Flow<String, String> flow, String text) {
        return flow.handle(flow.fsm(storage), key, EventId.of(++event), text);
    }

    private Snapshot stored() {
        return fsm.context(key).read().snapshot();
    }

    @Test
    void ruleF09_dataIsStoredByPropertyUnderTheGroup() {
        say(PIZZA, "/order");
        say(PIZZA, "small");
        assertThat(stored().data()).containsOnlyKeys("last", "Order:size").containsEntry("Order:size", "\"small\"");
        assertThat(stored().attributes()).containsOnlyKeys("flow.back.0.0").containsValue("Order:SIZE");
    }

    @Test
    void ruleF10_theEndTakesNothingButItsOwnData() {
        say(PIZZA, "/order");
        say(PIZZA, "small");
        assertThat(say(PIZZA, "/cancel")).containsExactly("cancelled", "idle");
        assertThat(stored().state()).isEmpty();
        assertThat(stored().data()).containsOnlyKeys("last");
        assertThat(stored().attributes()).isEmpty();
    }

    @Test
    void ruleF01_aQuestionThatFailsStoresNothing() {
        Flow<String, String> failing = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .state(
                                Order.SIZE,
                                s -> s.ask("size?").to(Order.ADDRESS).answer((turn, text) -> turn.goTo(Order.ADDRESS)))
                        .state(
                                Order.ADDRESS,
                                s -> s.ask(p -> p.size().trim())
                                        .to(Order.PLACED)
                                        .answer((turn, text) -> turn.goTo(Order.PLACED)))
                        .state(Order.PLACED, s -> s.ask("placed")));
        say(failing, "/order");
        Snapshot before = stored();
        assertThatThrownBy(() -> say(failing, "small")).isInstanceOf(NullPointerException.class);
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void anEventWithoutIdIsHandledToo() {
        assertThat(PIZZA.handle(fsm, key, "/order")).containsExactly("size?");
        assertThat(PIZZA.handle(fsm, key, "small")).containsExactly("small?");
    }

    @Test
    void ruleF02_aHandlerThatLosesARaceRunsAgainWithoutItsFirstWords() {
        AtomicBoolean overtaken = new AtomicBoolean();
        Flow<String, String> flow = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle(now -> "idle " + now.value("n", Integer.class).orElse(0))
                        .begin("/order"::equals, Order.SIZE)
                        .state(
                                Order.SIZE,
                                s -> s.ask("size?").to(Order.ADDRESS).answer((turn, text) -> {
                                    if (overtaken.compareAndSet(false, true)) {
                                        fsm.context(key).updateData("n", 7);
                                    }
                                    return turn.say("n is "
                                                    + turn.value("n", Integer.class)
                                                            .orElse(0))
                                            .goTo(Order.ADDRESS);
                                }))
                        .state(
                                Order.ADDRESS,
                                s -> s.ask("address?").to(Order.PLACED).answer((turn, text) -> turn.goTo(Order.PLACED)))
                        .state(Order.PLACED, s -> s.ask("placed")));
        say(flow, "/order");
        assertThat(say(flow, "small")).containsExactly("n is 7", "address?");
    }

    @Test
    void ruleF19_aStateThatThisBuildDoesNotHaveLocksNobodyOut() {
        say(PIZZA, "/order");
        say(PIZZA, "small");
        fsm.context(key).setState("Order:TOPPINGS");
        Snapshot before = stored();
        Flow<String, String> flow = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .unknownState("Something changed.")
                        .begin("/order"::equals, Order.SIZE)
                        .state(
                                Order.SIZE,
                                s -> s.ask("size?")
                                        .to(Order.PLACED, Order.ADDRESS)
                                        .answer((turn, text) -> turn.goTo(Order.PLACED)))
                        .state(Order.ADDRESS, s -> s.ask("address?"))
                        .state(Order.PLACED, s -> s.ask("placed")));
        assertThat(say(flow, "hello")).containsExactly("Something changed.", "idle");
        assertThat(stored().state()).as("is left to the build that has it").isEqualTo(before.state());
        assertThat(stored().data()).isEqualTo(before.data());
        assertThat(say(flow, "/order")).containsExactly("size?");
        assertThat(stored().data()).as("that of the former dialog is gone").containsOnlyKeys("last");
    }

    enum Meal {
        HOW_BIG,
        WHERE
    }

    private static final Flow<String, String> RENAMED = Flow.of(
            Meal.class,
            new Pizza(null, null),
            names -> names.formerly("Order:SIZE", Meal.HOW_BIG).formerly("Order:ADDRESS", Meal.WHERE),
            f -> f.idle("idle")
                    .begin("/order"::equals, Meal.HOW_BIG)
                    .back("/back"::equals)
                    .state(
                            Meal.HOW_BIG,
                            s -> s.ask(p -> "how big? " + p.size())
                                    .to(Meal.WHERE)
                                    .answer((turn, text) -> turn.goTo(Meal.WHERE)))
                    .state(
                            Meal.WHERE,
                            s -> s.ask(p -> "where? " + p.size())
                                    .ends()
                                    .answer((turn, text) -> text.equals("?") ? turn.again() : turn.end())));

    @Test
    void ruleF20_aRenamedFlowGoesOnWithItsDataAndItsWayBack() {
        say(PIZZA, "/order");
        say(PIZZA, "small");
        assertThat(say(RENAMED, "?")).containsExactly("where? small");
        assertThat(say(RENAMED, "/back")).containsExactly("how big? small");
        assertThat(stored().state()).contains("Meal:HOW_BIG");
        assertThat(stored().data()).containsOnlyKeys("last", "Meal:size");
        assertThat(say(RENAMED, "x")).containsExactly("where? small");
        say(RENAMED, "end");
        assertThat(stored().data()).containsOnlyKeys("last");
    }

    @Test
    void ruleF11_backSkipsStatesThatThisBuildDoesNotHaveOrFromWhichNothingLeadsHere() {
        say(PIZZA, "/order");
        fsm.handle(key, turn -> {
            var scoped = (io.botfsm.internal.scope.ScopedTurn) turn;
            scoped.attribute("flow.back.0.0", "Order:SIZE");
            scoped.attribute("flow.back.0.1", "Order:TOPPINGS");
            scoped.attribute("flow.back.0.2", "Order:ADDRESS");
            return turn.state(Order.ADDRESS);
        });
        assertThat(say(PIZZA, "/back")).containsExactly("size?");
        assertThat(stored().attributes()).isEmpty();
        assertThat(say(PIZZA, "/back")).containsExactly("size?");
    }

    @Test
    void ruleF11_theHistoryHoldsEachStateOnce() {
        Flow<String, String> circle = Flow.of(
                Order.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Order.SIZE)
                        .state(
                                Order.SIZE,
                                s -> s.ask("a").to(Order.ADDRESS).answer((turn, in) -> turn.goTo(Order.ADDRESS)))
                        .state(
                                Order.ADDRESS,
                                s -> s.ask("b").to(Order.PLACED).answer((turn, in) -> turn.goTo(Order.PLACED)))
                        .state(
                                Order.PLACED,
                                s -> s.ask("c").to(Order.SIZE).answer((turn, in) -> turn.goTo(Order.SIZE))));
        say(circle, "/order");
        for (int i = 0; i < 20; i++) {
            say(circle, "on");
            assertThat(stored().attributes()).hasSizeLessThan(3);
        }
    }

    @Test
    void ruleF09_twoFlowsNeverSeeEachOthersData() {
        Flow<String, String> other = Flow.of(
                Meal.class,
                new Pizza(null, null),
                f -> f.idle("meal")
                        .begin("/meal"::equals, Meal.HOW_BIG)
                        .state(
                                Meal.HOW_BIG,
                                s -> s.ask(p -> "how big? " + p.size())
                                        .to(Meal.WHERE)
                                        .answer((turn, in) ->
                                                turn.data(new Pizza(in, null)).goTo(Meal.WHERE)))
                        .state(Meal.WHERE, s -> s.ask("where?")));
        Flow<String, String> both = Flow.join(PIZZA, other);
        say(both, "/order");
        say(both, "small");
        assertThat(say(both, "/meal")).containsExactly("how big? null");
        say(both, "big");
        assertThat(stored().data()).containsOnlyKeys("last", "Meal:size");
        assertThat(say(both, "/cancel")).containsExactly("cancelled", "idle", "meal");
    }

    static final class Booking {
        public @Nullable String date;
        public java.util.List<String> times = java.util.List.of();
    }

    @Test
    void editingNeverTouchesTheEmptyData() {
        Flow<String, String> flow = Flow.of(
                Meal.class,
                new Booking(),
                f -> f.idle("idle")
                        .begin("/book"::equals, Meal.HOW_BIG)
                        .state(
                                Meal.HOW_BIG,
                                s -> s.ask(b -> "date " + b.date).to(Meal.WHERE).answer((turn, in) -> {
                                    turn.data().date = "lost, since nobody stored it";
                                    return turn.edit(b -> b.date = in).goTo(Meal.WHERE);
                                }))
                        .state(Meal.WHERE, s -> s.ask(b -> b.date + " " + b.times)));
        say(flow, "/book");
        assertThat(say(flow, "monday")).containsExactly("monday []");
        assertThat(say(flow, "/book")).containsExactly("date null");
    }

    record Cart(java.util.List<String> items) {}

    @Test
    void aRecordThatAHandlerChangesIsNotAnothersEmptyData() {
        Flow<String, String> flow = Flow.of(
                Meal.class,
                new Cart(new java.util.ArrayList<>()),
                f -> f.idle("idle")
                        .begin("/shop"::equals, Meal.HOW_BIG)
                        .state(
                                Meal.HOW_BIG,
                                s -> s.ask(cart -> cart.items().toString())
                                        .to(Meal.WHERE)
                                        .answer((turn, in) -> {
                                            turn.data().items().add(in);
                                            return turn.again();
                                        }))
                        .state(Meal.WHERE, s -> s.ask("where?")));
        say(flow, "/shop");
        assertThat(say(flow, "bread")).containsExactly("[]");
    }

    @Test
    void dataThatWouldBeReadBackOtherwiseIsRefused() {
        Flow<String, String> flow = Flow.of(
                Meal.class,
                new Pizza("small", null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Meal.HOW_BIG)
                        .state(
                                Meal.HOW_BIG,
                                s -> s.ask(p -> "size " + p.size())
                                        .to(Meal.WHERE)
                                        .answer((turn, in) ->
                                                turn.data(new Pizza(null, null)).goTo(Meal.WHERE)))
                        .state(Meal.WHERE, s -> s.ask("where?")));
        say(flow, "/order");
        assertThatThrownBy(() -> say(flow, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty data");
    }

    @Test
    void ruleF09_entriesOfTheChatCannotBeADialogsData() {
        Flow<String, String> flow = Flow.of(
                Meal.class,
                new Pizza(null, null),
                f -> f.idle("idle")
                        .begin("/order"::equals, Meal.HOW_BIG)
                        .when(
                                "put"::equals,
                                (turn, in) -> turn.put("Meal:size", "x").again())
                        .when(
                                "remove"::equals,
                                (turn, in) -> turn.remove("Meal:size").again())
                        .state(Meal.HOW_BIG, s -> s.ask("a").to(Meal.WHERE).answer((turn, in) -> turn.goTo(Meal.WHERE)))
                        .state(Meal.WHERE, s -> s.ask("where?")));
        for (String verb : Set.of("put", "remove")) {
            assertThatThrownBy(() -> say(flow, verb))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Meal:size");
        }
    }

    @Test
    void ruleF22_aStorageThatCannotKeepWhatAFlowNeedsIsRefused() {
        StateStorage without = new ForwardingStateStorage(storage) {
            @Override
            public Set<Capability> capabilities() {
                return EnumSet.complementOf(EnumSet.of(Capability.ATTRIBUTES));
            }
        };
        assertThatThrownBy(() -> PIZZA.fsm(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ATTRIBUTES");
        Flow<String, String> reminding = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE);
            f.after(java.time.Duration.ofDays(1), turn -> turn.end());
            f.state(Order.SIZE, s -> s.ask("a").to(Order.ADDRESS, Order.PLACED).answer((turn, in) -> turn.again()));
            f.state(Order.ADDRESS, s -> s.ask("b"));
            f.state(Order.PLACED, s -> s.ask("c"));
        });
        StateStorage timeless = new ForwardingStateStorage(storage) {
            @Override
            public Set<Capability> capabilities() {
                return EnumSet.complementOf(EnumSet.of(Capability.DEADLINE));
            }
        };
        assertThatThrownBy(() -> reminding.fsm(timeless))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DEADLINE");
    }

    record Pie(@Nullable String diameter, @Nullable String address) {}

    @Test
    void dataOfAFormerVersionIsReadAsThePresentOneInItsOwnScope() {
        say(PIZZA, "/order");
        say(PIZZA, "small");
        Flow<String, String> flow = Flow.of(Order.class, new Pie(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE);
            f.state(Order.SIZE, s -> s.ask("size?").to(Order.ADDRESS).answer((turn, in) -> turn.goTo(Order.ADDRESS)));
            f.state(
                    Order.ADDRESS,
                    s -> s.ask(pie -> pie.diameter() + "?")
                            .to(Order.PLACED)
                            .answer((turn, in) -> turn.change(pie -> new Pie(pie.diameter(), in))
                                    .goTo(Order.PLACED)));
            f.state(Order.PLACED, s -> s.ask(pie -> pie.toString()));
        });
        Fsm present = flow.register(Fsm.builder(storage)
                        .data(Pie.class, d -> d.version(2).from(1, entries -> entries.rename("size", "diameter"))))
                .build();
        fsm.context(key).updateData("size", "of the chat");
        assertThat(flow.question(present.context(key).read())).containsExactly("small?");
        assertThat(flow.handle(present, key, "Elm St 1")).containsExactly(new Pie("small", "Elm St 1").toString());
        assertThat(stored().data()).containsOnlyKeys("last", "size", "Order:diameter", "Order:address");
        assertThat(stored().attributes()).as("the version").containsValue("2");
    }

    private static Flow<String, String> pies() {
        return Flow.of(Order.class, new Pie(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE).end("/cancel"::equals, "cancelled");
            f.first((turn, in) -> turn.put("last", in));
            f.state(
                    Order.SIZE,
                    s -> s.ask(pie -> "size? " + pie.diameter())
                            .to(Order.ADDRESS, Order.PLACED)
                            .answer((turn, in) -> turn.data(new Pie(in, null)).again()));
            f.state(Order.ADDRESS, s -> s.ask("address?"));
            f.state(Order.PLACED, s -> s.ask("placed"));
        });
    }

    @Test
    void theVersionOfDataThatIsGoneHindersNoFormerBuild() {
        Fsm present = pies().register(Fsm.builder(storage)
                        .data(Pie.class, d -> d.version(2).from(1, entries -> entries.rename("size", "diameter"))))
                .build();
        for (String text : java.util.List.of("/order", "30 cm", "/cancel")) {
            var unused = pies().handle(present, key, text);
        }
        assertThat(say(pies(), "/order")).containsExactly("size? null");
        assertThat(say(pies(), "12 inch")).containsExactly("size? 12 inch");
        assertThat(pies().handle(present, key, "/order")).containsExactly("size? null");
    }

    @Test
    void ruleF19_aTimeoutInAStateThatThisBuildDoesNotHaveIsLeftToTheOneThatHasIt() {
        fsm.handle(key, turn -> turn.state("Order:TOPPINGS").timeout(java.time.Duration.ofMinutes(1)));
        Snapshot before = stored();
        PIZZA.fire(
                fsm,
                key,
                before.deadline().orElseThrow(),
                replies -> assertThat(replies).isEmpty());
        assertThat(stored()).isEqualTo(before);
    }

    enum Sub {
        ASKED
    }

    private static final SubFlow<String, String, Pizza> CALLED = SubFlow.of(
            Sub.class,
            new Pizza(null, null),
            f -> f.state(
                    Sub.ASKED,
                    s -> s.ask("sub?")
                            .ends()
                            .answer((turn, in) -> turn.data(new Pizza(in, null)).done())));

    /** A flow in two builds; the later one calls the sub-dialog from another state, and no longer by a command. */
    private static Flow<String, String> calling(boolean isFormer) {
        return Flow.of(Meal.class, new Pizza(null, null), f -> {
            f.idle("idle").unknownState("changed").begin("/order"::equals, Meal.HOW_BIG);
            if (isFormer) {
                f.call("/sub"::equals, CALLED, (turn, result) -> turn.again("got " + result.size()));
                f.state(
                        Meal.HOW_BIG,
                        s -> s.call(CALLED, (turn, result) -> turn.goTo(Meal.WHERE))
                                .to(Meal.WHERE));
                f.state(Meal.WHERE, s -> s.ask("where?"));
            } else {
                f.state(
                        Meal.HOW_BIG,
                        s -> s.ask("how big?").to(Meal.WHERE).answer((turn, in) -> turn.goTo(Meal.WHERE)));
                f.state(
                        Meal.WHERE,
                        s -> s.call(CALLED, (turn, result) -> turn.end("ended " + result.size()))
                                .ends());
            }
        });
    }

    @Test
    void aCallOfAFormerBuildReturnsToWhereItWasMade() {
        say(calling(true), "/order");
        assertThat(say(calling(false), "x")).containsExactly("how big?");
        assertThat(say(calling(false), "x")).containsExactly("sub?");
        assertThat(say(calling(false), "x")).containsExactly("ended x", "idle");
        say(calling(true), "/sub");
        assertThat(say(calling(false), "x")).as("of a command that is gone").containsExactly("idle");
        assertThat(stored().version()).as("nothing is left but events").isPositive();
        assertThat(stored().data()).isEmpty();
    }

    @Test
    void aCallFromAStateThatIsGoneLocksNobodyOut() {
        say(calling(true), "/order");
        fsm.handle(key, turn -> {
            ((io.botfsm.internal.scope.ScopedTurn) turn).attribute("flow.call.0", "Meal:GONE");
            return turn;
        });
        assertThat(say(calling(false), "x")).containsExactly("changed", "idle");
        assertThat(say(calling(false), "/order")).containsExactly("how big?");
        assertThat(stored().attributes()).isEmpty();
    }

    @Test
    void whatWasAFlowOfItsOwnAndIsCalledNowEnds() {
        fsm.handle(key, turn -> turn.state("Sub:ASKED"));
        assertThat(say(calling(false), "x")).containsExactly("idle");
        assertThat(stored().state()).isEmpty();
    }

    private static <E extends Enum<E>> Flow<String, String> noting(
            Class<E> states, E only, java.util.function.Consumer<io.botfsm.storage.StateNames<E>> names) {
        return Flow.of(states, new Pizza(null, null), names, f -> {
            f.idle("idle").begin("/order"::equals, only);
            f.call("/sub"::equals, CALLED, (turn, result) -> turn.again("got " + result.size()));
            f.state(only, s -> s.ask("a?").ends().answer((turn, in) -> turn.end()));
        });
    }

    enum One {
        ONLY
    }

    enum Renamed {
        ONLY
    }

    @Test
    void aCommandsCallReturnsToADialogThatHasBeenRenamed() {
        Flow<String, String> former = noting(One.class, One.ONLY, names -> {});
        Flow<String, String> present =
                noting(Renamed.class, Renamed.ONLY, names -> names.formerly("One:ONLY", Renamed.ONLY));
        say(former, "/order");
        say(former, "/sub");
        assertThat(say(present, "x")).containsExactly("got x", "a?");
    }

    @Test
    void aStateThatCallsOrOnlyWorksIsEnteredWhereOthersHaveStoredIt() {
        Flow<String, String> flow = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE).end("/cancel"::equals, "cancelled");
            f.byHand(
                    Set.of(Order.SIZE),
                    (turn, in) -> {
                        var unused = turn.state(in.equals("work") ? Order.PLACED : Order.ADDRESS);
                        return java.util.List.of();
                    },
                    now -> java.util.List.of("by hand?"));
            f.state(
                    Order.ADDRESS,
                    s -> s.call(CALLED, (turn, got) -> turn.goTo(Order.PLACED)).to(Order.PLACED));
            f.state(
                    Order.PLACED,
                    s -> s.work(job -> 1, (turn, one) -> turn.end("worked")).ends());
        });
        say(flow, "/order");
        assertThat(say(flow, "call")).containsExactly("sub?");
        say(flow, "/order");
        assertThat(say(flow, "work")).containsExactly("worked", "idle");
        fsm.handle(key, turn -> turn.state(Order.ADDRESS));
        assertThat(say(flow, "no answer")).containsExactly("sub?");
        for (String in : java.util.List.of("hello", "/cancel")) {
            fsm.handle(key, turn -> turn.state(Order.PLACED));
            assertThat(say(flow, in)).startsWith("worked", "idle");
        }
    }

    @Test
    void workThatAsksAgainWithoutAQuestionOrNeverEndsIsRefused() {
        Flow<String, String> flow = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/again"::equals, Order.SIZE).begin("/round"::equals, Order.ADDRESS);
            f.state(
                    Order.SIZE,
                    s -> s.work(job -> 1, (turn, one) -> turn.again()).to(Order.PLACED));
            f.state(
                    Order.ADDRESS,
                    s -> s.work(job -> 1, (turn, one) -> turn.goTo(Order.PLACED))
                            .to(Order.PLACED));
            f.state(
                    Order.PLACED,
                    s -> s.work(job -> 1, (turn, one) -> turn.goTo(Order.ADDRESS))
                            .to(Order.ADDRESS));
        });
        assertThatThrownBy(() -> say(flow, "/again"))
                .isInstanceOf(HandlerDecisionException.class)
                .hasMessageContaining("add ask(...)");
        fsm.context(key).clear();
        assertThatThrownBy(() -> say(flow, "/round"))
                .isInstanceOf(HandlerDecisionException.class)
                .hasMessageContaining("20 times");
    }

    @Test
    void workIsCounted() {
        java.util.List<Integer> running = new java.util.ArrayList<>();
        java.util.concurrent.atomic.AtomicInteger failures = new java.util.concurrent.atomic.AtomicInteger();
        java.util.concurrent.atomic.AtomicReference<WorkCounts> counts =
                new java.util.concurrent.atomic.AtomicReference<>();
        Flow<String, String> flow = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE);
            f.state(
                    Order.SIZE,
                    s -> s.work(
                                    job -> {
                                        running.add(counts.get().running());
                                        if (failures.getAndDecrement() > 0) {
                                            throw new IllegalStateException("down");
                                        }
                                        return 1;
                                    },
                                    (turn, one) -> turn.goTo(Order.ADDRESS))
                            .to(Order.ADDRESS));
            f.state(
                    Order.ADDRESS,
                    s -> s.work(job -> 1, (turn, one) -> turn.goTo(Order.PLACED))
                            .to(Order.PLACED));
            f.state(Order.PLACED, s -> s.ask("placed.").ends().answer((turn, in) -> turn.end()));
        });
        counts.set(flow.workCounts());
        say(flow, "/order");
        assertThat(flow.workCounts().done()).isEqualTo(2);
        assertThat(flow.workCounts().failed()).isZero();
        assertThat(flow.workCounts().retried()).isZero();

        say(flow, "bye");
        failures.set(2);
        assertThatThrownBy(() -> flow.handle(fsm, key, EventId.of(100), "/order"))
                .isInstanceOf(WorkFailedException.class);
        assertThat(flow.workCounts().failed()).isEqualTo(1);
        assertThat(flow.workCounts().retried()).as("the first attempt is none").isZero();
        assertThatThrownBy(() -> flow.handle(fsm, key, EventId.of(100), "/order"))
                .as("redelivered")
                .isInstanceOf(WorkFailedException.class);
        assertThat(flow.workCounts().retried()).isEqualTo(1);
        say(flow, "next");
        assertThat(flow.workCounts().retried()).isEqualTo(2);
        assertThat(flow.workCounts().failed()).isEqualTo(2);
        assertThat(flow.workCounts().done()).isEqualTo(4);
        assertThat(running).containsExactly(1, 1, 1, 1);
        assertThat(flow.workCounts().running()).isZero();
    }

    @Test
    void aJobKnowsItsDataAndItsConversation() {
        java.util.List<Job<Pizza>> jobs = new java.util.ArrayList<>();
        Flow<String, String> flow = Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("idle").begin("/order"::equals, Order.SIZE);
            f.state(
                    Order.SIZE,
                    s -> s.ask("size?")
                            .to(Order.ADDRESS)
                            .answer((turn, in) -> turn.data(new Pizza(in, null)).goTo(Order.ADDRESS)));
            f.state(
                    Order.ADDRESS,
                    s -> s.work(
                                    job -> {
                                        jobs.add(job);
                                        assertThat(stored().state())
                                                .as("outside the turn, after it was stored")
                                                .contains("Order:ADDRESS");
                                        return "Elm St 1";
                                    },
                                    (turn, address) -> turn.change(p -> new Pizza(p.size(), address))
                                            .goTo(Order.PLACED))
                            .to(Order.PLACED));
            f.state(Order.PLACED, s -> s.ask(p -> p.size() + " to " + p.address()));
        });
        say(flow, "/order");
        assertThat(say(flow, "small")).containsExactly("small to Elm St 1");
        assertThat(jobs).hasSize(1);
        assertThat(jobs.get(0).data()).isEqualTo(new Pizza("small", null));
        assertThat(jobs.get(0).key()).isEqualTo(key);
        assertThat(jobs.get(0).now().state()).contains("Order:ADDRESS");
        assertThat(jobs.get(0).toString()).contains(jobs.get(0).id()).doesNotContain("small");
    }
}
