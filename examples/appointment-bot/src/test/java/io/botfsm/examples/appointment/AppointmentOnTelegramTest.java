package io.botfsm.examples.appointment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.flow.Flow;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** The same dialog on Telegram, over a restart. */
@Timeout(120)
class AppointmentOnTelegramTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    @SuppressWarnings("try") // closing is what it is for
    void isBookedOnceOverARestartThoughTheAnswerCannotBeSent(@TempDir Path folder) throws Exception {
        SQLiteDataSource database = new SQLiteDataSource();
        database.setUrl("jdbc:sqlite:" + folder.resolve("appointments.db"));
        Flow<String, String> flow = AppointmentFlow.of(
                new Clinic(database, Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC)));
        try (BotApiDouble telegram = BotApiDouble.start();
                BotDatabase storage =
                        BotDatabase.builder(database).createTables().build()) {
            TelegramUser ann = telegram.user(42);
            try (Running bot = Running.start(telegram, flow, storage)) {
                says(ann, "/book", "A check-up or a cleaning?");
                says(ann, "cleaning", "Which day, as 2026-01-31?");
                says(ann, "2026-02-01", "When? 9:00, 10:00, 11:00");
                says(ann, "9:00", "Where do you live?");
                says(ann, "Elm St 1", "Your phone number?");
            }
            try (Running bot = Running.start(telegram, flow, storage)) {
                says(ann, "555 1234", "cleaning, 2026-02-01, 9:00, Elm St 1, 555 1234. Yes or no?");
                telegram.next("sendMessage", Fault.badGateway());
                says(ann, "yes", "Booked: cleaning, 2026-02-01, 9:00");
                await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            }
            assertThat(telegram.requests())
                    .extracting(request -> request.status())
                    .contains(502);
        }
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM appointment")) {
            assertThat(rows.getInt(1)).isOne();
        }
    }

    private static void says(TelegramUser user, String text, String reply) throws InterruptedException {
        user.says(text);
        user.awaitReply(reply, PATIENCE);
    }

    private record Running(TelegramRunner bot, CompletableFuture<Integer> status) implements AutoCloseable {
        static Running start(BotApiDouble telegram, Flow<String, String> flow, BotDatabase storage) {
            TelegramRunner bot = AppointmentBot.onTelegram(BotToken.of(telegram.token()), flow, storage)
                    .server(telegram.uri());
            return new Running(bot, CompletableFuture.supplyAsync(bot::run));
        }

        @Override
        public void close() {
            bot.stop();
            assertThat(status).succeedsWithin(PATIENCE).isEqualTo(0);
        }
    }
}
