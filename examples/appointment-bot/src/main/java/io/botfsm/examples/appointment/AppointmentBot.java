package io.botfsm.examples.appointment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.flow.WorkFailedException;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import io.botfsm.timeout.TimeoutRunner;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Scanner;
import org.sqlite.SQLiteDataSource;

/** Runs the bot: at the terminal or, with a token in the environment, on Telegram. */
public final class AppointmentBot {
    private static final StorageKey USER = StorageKey.bot(1).chat(1).user(1).build();

    private final Flow<String, String> flow;
    private final StateStorage storage;

    private AppointmentBot(Flow<String, String> flow, StateStorage storage) {
        this.flow = flow;
        this.storage = storage;
    }

    /**
     * Runs it.
     *
     * @param arguments the file of the appointments; the address of a Redis for the conversations, which are in memory
     *     otherwise
     */
    public static void main(String... arguments) throws Exception {
        SQLiteDataSource database = new SQLiteDataSource();
        database.setUrl("jdbc:sqlite:" + (arguments.length > 0 ? arguments[0] : "appointments.db"));
        Flow<String, String> flow = AppointmentFlow.of(new Clinic(database, Clock.system(ZoneId.systemDefault())));
        int status;
        if (arguments.length > 1) {
            try (BotRedis redis = LettuceRedis.connect(arguments[1])) {
                status = new AppointmentBot(flow, redis.stateStorage()).run(redis.leaseStore());
            }
        } else {
            status = new AppointmentBot(flow, new MemoryStateStorage()).run(new MemoryLeaseStore());
        }
        System.exit(status);
    }

    private int run(LeaseStore leases) throws Exception {
        if (System.getenv(BotToken.VARIABLE) == null) {
            talk(flow, storage, System.in, System.out);
            return 0;
        }
        return TelegramRunner.polling(BotToken.fromEnvironment())
                .flow(flow, Texts.in(), Texts.out())
                .storage(storage, leases)
                .lock("appointment-bot")
                .run();
    }

    /** One line is one message. Reminders come between them. */
    static void talk(Flow<String, String> flow, StateStorage storage, InputStream in, PrintStream out)
            throws Exception {
        Fsm fsm = flow.fsm(storage);
        TimeoutRunner timeouts = TimeoutRunner.builder(1)
                .start(fsm, (of, key, deadline) -> flow.fire(of, key, deadline, replies -> print(replies, out)));
        for (Scanner lines = new Scanner(in, UTF_8); lines.hasNextLine(); ) {
            try {
                print(flow.handle(fsm, USER, lines.nextLine()), out);
            } catch (WorkFailedException e) { // is repeated with the next line, or in a minute
                out.println("I cannot reach the clinic. " + e.getMessage());
            }
        }
        timeouts.stopPolling();
        timeouts.drain(Duration.ofSeconds(10));
    }

    private static void print(List<String> replies, PrintStream out) {
        replies.forEach(out::println);
    }
}
