package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.Turn;
import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateNames;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the page on changing states and data shows. */
class ChangingTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    // snippet: changing-states
    enum Order {
        PIZZA_SIZE, // was SIZE
        ADDRESS
    }

    static Fsm fsm(StateStorage storage) {
        return Fsm.builder(storage).states(Order.class, names -> former(names)).build();
    }

    private static void former(StateNames<Order> names) {
        names.formerly("Order:SIZE", Order.PIZZA_SIZE);
        names.formerly("Order:CRUST", Order.PIZZA_SIZE); // a state that is no more: ask for the size again
    }
    // end

    // snippet: changing-components
    record Customer(
            @JsonAlias("name") @Nullable String fullName, // was name
            @Nullable Integer visits) {} // new: null in conversations of the version before
    // end

    // snippet: changing-versions
    record Profile(String fullName, int age, List<String> interests) {} // the third version of it

    static Fsm withProfiles(StateStorage storage) {
        return Fsm.builder(storage)
                .data(
                        Profile.class,
                        d -> d.version(3)
                                .from(1, former -> former.rename("name", "fullName"))
                                .from(2, former -> {
                                    former.value("age", String.class) // was a text
                                            .ifPresent(age -> former.put("age", Integer.valueOf(age)));
                                    former.put("interests", List.of()); // is new
                                    former.remove("nickname"); // is no more
                                }))
                .build();
    }
    // end

    // snippet: changing-generics
    record Item(String name, int count) {}

    static final GenericType<List<Item>> ITEMS = new GenericType<>() {};

    static void add(Turn turn, Item item) {
        List<Item> cart = new ArrayList<>(turn.value("cart", ITEMS).orElse(List.of()));
        cart.add(item);
        turn.put("cart", cart);
    }
    // end

    // snippet: changing-types
    static void convertAge(Turn turn) {
        try {
            turn.value("age", Integer.class);
        } catch (UnreadableDataException former) { // version 1 stored a text
            turn.value("age", String.class).map(Integer::valueOf).ifPresent(age -> turn.put("age", age));
        }
    }
    // end

    // snippet: changing-way-out
    static String answer(Fsm fsm, StorageKey key, long updateId, String text) {
        try {
            return fsm.handle(key, EventId.of(updateId), turn -> step(turn, text))
                    .orElse(now -> "Once more, please.");
        } catch (UnknownStateException | UnreadableDataException e) {
            return "I have lost the thread. Send /start to begin anew.";
        }
    }

    static String step(Turn turn, String text) {
        if (text.equals("/start")) {
            turn.clear().state(Order.PIZZA_SIZE); // reads neither state nor data
            return "Small or large?";
        }
        return turn.state(Order.class).map(state -> "You are at " + state).orElse("Send /start.");
    }
    // end

    private final StateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = fsm(storage);
    private final FsmContext context = fsm.context(KEY);

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void formerStatesAreRead() {
        for (String former : List.of("Order:SIZE", "Order:CRUST")) {
            context.setState(former);
            assertThat(context.state(Order.class)).contains(Order.PIZZA_SIZE);
        }
    }

    @Test
    void formerComponentsAreReadAndGoWithTheWrite() {
        context.updateData("name", "Ann");
        assertThat(context.data(Customer.class)).contains(new Customer("Ann", null));
        context.update(turn -> turn.data(new Customer("Bob", 1)));
        assertThat(context.read().snapshot().data()).containsOnlyKeys("fullName", "visits");
    }

    @Test
    void aFormerVersionIsReadAndStoredAsThePresentOne() {
        FsmContext profiles = withProfiles(storage).context(KEY);
        context.updateData(Map.of("name", "Ada", "age", "36", "nickname", "the Countess", "step", 1));
        assertThat(profiles.data(Profile.class)).contains(new Profile("Ada", 36, List.of()));
        Profile older = new Profile("Ada", 37, List.of("maths"));
        profiles.update(turn -> turn.update(Profile.class, older, former -> older));
        assertThat(profiles.data(Profile.class)).contains(older);
        assertThat(profiles.read().snapshot().data())
                .containsKeys("fullName", "age", "interests", "step")
                .doesNotContainKeys("name", "nickname");
    }

    @Test
    void aListIsReadAsItsItems() {
        for (int count = 1; count <= 2; count++) {
            Item item = new Item("olives", count);
            context.update(turn -> {
                add(turn, item);
                return turn;
            });
        }
        assertThat(context.value("cart", ITEMS)).contains(List.of(new Item("olives", 1), new Item("olives", 2)));
    }

    @Test
    void aFormerTypeIsConverted() {
        context.updateData("age", "36");
        context.update(turn -> {
            convertAge(turn);
            return turn;
        });
        assertThat(context.value("age", Integer.class)).contains(36);
    }

    @Test
    void startIsAWayOutOfAnUnknownState() {
        context.setState("Order:UNKNOWN");
        assertThat(answer(fsm, KEY, 1, "large")).contains("/start");
        assertThat(answer(fsm, KEY, 2, "/start")).isEqualTo("Small or large?");
        assertThat(answer(fsm, KEY, 3, "large")).isEqualTo("You are at PIZZA_SIZE");
    }
}
