package io.botfsm.examples.hello;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import java.util.Scanner;

public class HelloBot {
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
        MemoryStateStorage storage = new MemoryStateStorage();
        if (System.getenv(BotToken.VARIABLE) != null) {
            TelegramRunner bot =
                    TelegramRunner.polling(BotToken.fromEnvironment()).lock("hello-bot");
            System.exit(bot.flow(PIZZA, Texts.in(), Texts.out())
                    .storage(storage, new MemoryLeaseStore())
                    .run());
        }
        Fsm fsm = PIZZA.fsm(storage);
        for (Scanner in = new Scanner(System.in, UTF_8); in.hasNextLine(); ) {
            PIZZA.handle(fsm, StorageKey.bot(1).chat(1).user(1).build(), in.nextLine())
                    .forEach(System.out::println);
        }
    }
}
