package io.botfsm.examples.snippets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.botfsm.examples.hello.HelloBot;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

// snippet: bot-api-double
class HelloBotOnTelegramTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void anOrderGoesOnAfterARestart(@TempDir Path folder) throws Exception {
        SQLiteDataSource file = new SQLiteDataSource();
        file.setUrl("jdbc:sqlite:" + folder.resolve("bot.db"));
        try (BotApiDouble telegram = BotApiDouble.start();
                BotDatabase database = BotDatabase.builder(file).createTables().build()) {
            TelegramUser ann = telegram.user(5_000_000_000L);
            RunningBot bot = startBot(telegram, database);
            ann.says("/order");
            ann.awaitReply("Small or large?", LIMIT);
            bot.stop();

            ann.says("small"); // while the bot is stopped
            telegram.next("sendMessage", Fault.tooManyRequests(1)); // refuses the next reply for a second
            bot = startBot(telegram, database);
            ann.awaitReply("Where to with your small one?", LIMIT);
            bot.stop();
        }
    }

    private static RunningBot startBot(BotApiDouble telegram, BotDatabase database) {
        TelegramRunner bot = TelegramRunner.polling(BotToken.of(telegram.token()))
                .server(telegram.uri())
                .flow(HelloBot.PIZZA, Texts.in(), Texts.out())
                .storage(database)
                .lock("hello-bot");
        return new RunningBot(bot, CompletableFuture.supplyAsync(bot::run)); // on another thread
    }

    private record RunningBot(TelegramRunner runner, CompletableFuture<Integer> status) {
        void stop() throws Exception {
            runner.stop();
            assertEquals(BotRunner.STOPPED, status.get(30, TimeUnit.SECONDS));
        }
    }
}
// end
