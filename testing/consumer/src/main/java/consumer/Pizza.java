package consumer;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorageProvider;
import javax.sql.DataSource;

/** A bot of one question. */
public final class Pizza {
    private Pizza() {}

    enum Order {
        SIZE
    }

    record Data(String size) {}

    static final Flow<String, String> FLOW = Flow.of(Order.class, new Data("small"), f -> {
        f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
        f.state(Order.SIZE, s -> {
            s.ask("Small or large?").ends();
            s.answer((turn, text) -> turn.end("One " + text + " pizza."));
        });
    });

    static Fsm on(StateStorageProvider storages) {
        return FLOW.fsm(storages.stateStorage());
    }

    static BotRedis redis(String uri) {
        return LettuceRedis.connect(uri);
    }

    static BotDatabase database(DataSource dataSource) {
        return BotDatabase.builder(dataSource).createTables().build();
    }
}
