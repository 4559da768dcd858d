package io.botfsm.examples.hello;

import io.botfsm.flow.Flow;
import io.botfsm.flow.Terminal;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import org.sqlite.SQLiteDataSource;

public class HelloBot {
    public enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(String size) {}

    public static final Flow<String, String> PIZZA = Flow.of(Order.class, new Pizza("small"), f -> {
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
        SQLiteDataSource database = new SQLiteDataSource();
        database.setUrl(args.length == 2 ? args[1] : "jdbc:sqlite:hello-bot.db"); // args may be: --storage jdbc:...
        BotDatabase storage = BotDatabase.builder(database).createTables().build();
        if (System.getenv(BotToken.VARIABLE) != null) {
            TelegramRunner bot = TelegramRunner.polling(BotToken.fromEnvironment());
            bot.flow(PIZZA, Texts.in(), Texts.out()).storage(storage).lock("hello-bot");
            System.exit(bot.run());
        }
        Terminal.talk(PIZZA, storage.stateStorage());
    }
}
