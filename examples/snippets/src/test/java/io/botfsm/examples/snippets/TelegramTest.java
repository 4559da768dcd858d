package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.FsmStrategy;
import io.botfsm.Turn;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.DeadLetter;
import io.botfsm.telegrambots.PollingConflict;
import io.botfsm.telegrambots.PollingSession;
import io.botfsm.telegrambots.PollingSessionBuilder;
import io.botfsm.telegrambots.UpdateHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** A bot on Telegram, in ten lines. */
@Timeout(120)
class TelegramTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<DeadLetter> kept = new CopyOnWriteArrayList<>();
    private final List<PollingConflict> alerts = new CopyOnWriteArrayList<>();

    // snippet: telegram-bot
    static int run(LettuceRedis redis, TelegramClient telegram, PollingSessionBuilder polling) {
        Fsm fsm = Fsm.over(redis.stateStorage());
        return BotRunner.under(
                        InstanceLock.over(redis.leaseStore(), "counting-bot").build())
                .standby() // or leave it out: then a second instance ends at once, with status 75
                .thenClose("redis", Duration.ofSeconds(5), redis)
                .run(lease -> polling.start(
                        lease,
                        UpdateHandler.turns(
                                fsm.fencedBy(lease.fencingToken()),
                                (turn, update) -> count(turn),
                                (now, update) -> soFar(now), // delivered again: the reply may not have got out
                                (update, reply) -> telegram.execute(
                                        new SendMessage(update.getMessage().getChatId() + "", reply)))));
    }
    // end

    // snippet: telegram-handler
    static String count(Turn turn) {
        turn.put("messages", turn.value("messages", Integer.class).orElse(0) + 1);
        return soFar(turn);
    }

    static String soFar(Conversation now) {
        return "Messages so far: " + now.value("messages", Integer.class).orElse(0);
    }
    // end

    private PollingSessionBuilder configured(BotToken token) {
        // snippet: telegram-settings
        PollingSessionBuilder polling = PollingSession.builder(token)
                .strategy(FsmStrategy.USER_IN_TOPIC)
                .allowedUpdates(List.of("message", "callback_query"))
                .outages(TelegramApiException.class::isInstance) // what cannot be sent waits, and is not given up
                .deadLetters(5, letter -> keep(letter))
                .onConflict(conflict -> alert(conflict));
        // end
        return polling;
    }

    private void keep(DeadLetter letter) {
        kept.add(letter);
    }

    private void alert(PollingConflict conflict) {
        alerts.add(conflict);
    }

    @Test
    void countsAcrossRestarts() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            for (int i = 1; i <= 2; i++) {
                String expected = "Messages so far: " + i;
                Running bot = Running.start(() -> run(
                        LettuceRedis.connect(server.uri(1)),
                        client(telegram),
                        configured(BotToken.of(telegram.token())).server(telegram.uri())));
                alice.says("hello");
                assertThat(alice.awaitReplies(1, PATIENCE))
                        .extracting(message -> message.text())
                        .containsExactly(expected);
                assertThat(bot.stop()).isZero();
                await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            }
        }
        assertThat(kept).isEmpty();
        assertThat(alerts).isEmpty();
    }

    private static TelegramClient client(BotApiDouble telegram) {
        return new OkHttpTelegramClient(
                telegram.token(),
                TelegramUrl.builder()
                        .schema("http")
                        .host("127.0.0.1")
                        .port(telegram.port())
                        .build());
    }

    /** A bot on a thread, which an interrupt stops in order. */
    private record Running(Thread thread, CompletableFuture<Integer> status) {
        static Running start(java.util.function.IntSupplier bot) {
            CompletableFuture<Integer> status = new CompletableFuture<>();
            Thread thread = new Thread(() -> status.complete(bot.getAsInt()), "bot");
            thread.start();
            return new Running(thread, status);
        }

        int stop() {
            thread.interrupt();
            return status.join();
        }
    }
}
