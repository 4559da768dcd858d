package io.botfsm.examples.hello;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import org.jspecify.annotations.Nullable;

public class HelloBot {
    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    record Pizza(@Nullable String size, @Nullable String address) {}

    static final Flow<String, String> PIZZA = Flow.of(Order.class, new Pizza(null, null), f -> {
        f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
        f.end("/cancel"::equals, "Nothing ordered.").back("/back"::equals);
        f.state(Order.SIZE, s -> {
            s.ask("Small or large?").to(Order.ADDRESS);
            s.answer((turn, text) -> switch (text) {
                case "small", "large" -> turn.data(new Pizza(text, null)).goTo(Order.ADDRESS);
                default -> turn.again("I only know small and large.");
            });
        });
        f.state(Order.ADDRESS, s -> {
            s.ask(pizza -> "Where to with your " + pizza.size() + " one?").to(Order.PLACED);
            s.answer((turn, text) -> turn.change(p -> new Pizza(p.size(), text)).goTo(Order.PLACED));
        });
        f.state(Order.PLACED, s -> s.ask(pizza -> "On its way to " + pizza.address() + "."));
    });

    public static void main(String[] args) {
        Fsm fsm = PIZZA.fsm(new MemoryStateStorage());
        StorageKey key = StorageKey.bot(1).chat(1).user(1).build();
        Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8);
        while (lines.hasNextLine()) {
            PIZZA.handle(fsm, key, lines.nextLine()).forEach(System.out::println);
        }
    }
}
