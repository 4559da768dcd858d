package io.botfsm.examples.appointment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.flow.WorkFailedException;
import io.botfsm.jdbc.BotDatabase;
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

    private AppointmentBot() {}

    /**
     * Runs it.
     *
     * @param arguments the SQLite file of appointments, conversations and the lock
     */
    public static void main(String... arguments) throws Exception {
        SQLiteDataSource database = new SQLiteDataSource();
        database.setUrl("jdbc:sqlite:" + (arguments.length > 0 ? arguments[0] : "appointments.db"));
        Flow<String, String> flow = AppointmentFlow.of(new Clinic(database, Clock.system(ZoneId.systemDefault())));
        BotDatabase storage = BotDatabase.builder(database).createTables().build();
        if (System.getenv(BotToken.VARIABLE) != null) {
            System.exit(onTelegram(BotToken.fromEnvironment(), flow, storage).run());
        }
        talk(flow, storage.stateStorage(), System.in, System.out);
    }

    static TelegramRunner onTelegram(BotToken token, Flow<String, String> flow, BotDatabase storage) {
        return TelegramRunner.polling(token)
                .flow(flow, Texts.in(), Texts.out())
                .storage(storage)
                .lock("appointment-bot");
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
