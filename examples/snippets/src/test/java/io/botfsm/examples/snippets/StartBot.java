package io.botfsm.examples.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Scanner;

// snippet: start-bot
public class StartBot {
    enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(String size) {}

    static final Flow<String, String> PIZZA = Flow.of(Order.class, new Pizza("small"), f -> {
        f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
        f.end("/cancel"::equals, "Nothing ordered.").back("/back"::equals);
        f.state(Order.SIZE, s -> {
            s.ask("Small or large?").to(Order.ADDRESS);
            s.answer((turn, text) -> text.matches("small|large")
                    ? turn.data(new Pizza(text)).goTo(Order.ADDRESS)
                    : turn.again("I only know small and large."));
        });
        f.state(Order.ADDRESS, s -> {
            s.ask(pizza -> "Where to with your " + pizza.size() + " one?").ends();
            s.answer((turn, text) -> turn.end("On its way to " + text + "."));
        });
    });

    public static void main(String[] args) {
        Fsm fsm = PIZZA.fsm(new MemoryStateStorage());
        StorageKey key = StorageKey.bot(1).chat(1).user(1).build();
        for (Scanner in = new Scanner(System.in, UTF_8); in.hasNextLine(); ) {
            PIZZA.handle(fsm, key, in.nextLine()).forEach(System.out::println);
        }
    }
}
// end
