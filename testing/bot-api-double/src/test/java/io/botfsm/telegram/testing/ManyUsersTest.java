package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.botfsm.telegram.testing.BotClient.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Many users at once, and few threads. */
class ManyUsersTest {
    private static final int USERS = 500;
    private static final long FIRST_USER = 5_000_000_000L;

    @Test
    void everyUserIsAnsweredOnce() {
        try (BotApiDouble bot = BotApiDouble.start()) {
            for (int i = 0; i < USERS; i++) {
                bot.user(FIRST_USER + i).says("hello");
            }
            answerAll(bot, new BotClient(bot, "bot"));

            for (int i = 0; i < USERS; i++) {
                assertThat(bot.user(FIRST_USER + i).messages()).hasSize(2);
            }
        }
    }

    private static void answerAll(BotApiDouble bot, BotClient client) {
        long offset = 0;
        while (bot.unconfirmedUpdates() > 0) {
            for (JsonNode update : client.call("getUpdates", "offset", offset).result()) {
                offset = update.path("update_id").asLong() + 1;
                long chat = update.path("message").path("chat").path("id").asLong();
                assertThat(client.call("sendMessage", "chat_id", chat, "text", "hello")
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void answersOnAKeptConnectionAreNotHeldBackByNaglesAlgorithm() {
        try (BotApiDouble bot = BotApiDouble.start()) {
            BotClient client = new BotClient(bot, "bot");
            long fastest = Long.MAX_VALUE;
            for (int i = 0; i < 150; i++) {
                long begun = System.nanoTime();
                client.call("getMe");
                // The first ones are acknowledged at once in any case.
                fastest = i < 50 ? fastest : Math.min(fastest, System.nanoTime() - begun);
            }
            assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(35));
        }
    }

    @Test
    void waitingPollsHoldNoThread() {
        try (BotApiDouble bot =
                BotApiDouble.builder().conflictPause(Duration.ofSeconds(30)).start()) {
            BotClient client = new BotClient(bot, "bot");
            List<CompletableFuture<Reply>> waiting = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                waiting.add(client.callAsync("getUpdates", "timeout", 50, "offset", i));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> bot.polls().size() == 100);

            assertThat(client.call("getMe").status()).isEqualTo(200);
            assertThat(waiting.stream().filter(CompletableFuture::isDone).count())
                    .as("one is told of its conflict at once, one waits for updates, the others for their 409")
                    .isLessThanOrEqualTo(1);
        }
    }
}
