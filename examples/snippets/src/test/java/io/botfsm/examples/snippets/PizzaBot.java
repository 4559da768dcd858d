package io.botfsm.examples.snippets;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.LoggingStateStorage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import org.jspecify.annotations.Nullable;

// snippet: pizza-bot
public class PizzaBot {
    // snippet: quick-states
    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    record Pizza(@Nullable String size, @Nullable String address) {}
    // end

    // snippet: quick-handler
    static String step(Turn turn, String text) {
        if (text.equals("/start")) {
            turn.clear().state(Order.SIZE); // also out of a state or data that this version cannot read
            return question(turn);
        }
        Optional<Order> state = turn.state(Order.class);
        if (state.isEmpty()) {
            turn.state(Order.SIZE);
        } else if (state.get() == Order.SIZE && List.of("small", "large").contains(text)) {
            turn.data(new Pizza(text, null)).state(Order.ADDRESS);
        } else if (state.get() == Order.ADDRESS) {
            turn.update(Pizza.class, new Pizza(null, null), p -> new Pizza(p.size(), text))
                    .state(Order.PLACED);
        }
        return question(turn);
    }

    static String question(Conversation now) {
        return switch (now.state(Order.class).orElse(Order.SIZE)) {
            case SIZE -> "Small or large?";
            case ADDRESS -> "Where to?";
            case PLACED ->
                "On its way: " + now.data(Pizza.class).map(Pizza::size).orElse("?");
        };
    }
    // end

    public static void main(String[] arguments) {
        try (StateStorage storage = new LoggingStateStorage(new MemoryStateStorage())) {
            Fsm fsm = Fsm.builder(storage).states(Order.class).build();
            StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
            long updateId = System.currentTimeMillis(); // a messenger numbers its updates, a terminal does not
            Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8);
            while (lines.hasNextLine()) {
                String text = lines.nextLine();
                Handled<String> handled = fsm.handle(key, EventId.of(updateId++), turn -> step(turn, text));
                System.out.println(handled.orElse(now -> question(now)));
            }
        }
    }
}
// end
