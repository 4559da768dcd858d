package io.botfsm.telegrambots;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.EventId;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;

/**
 * A process with a webhook: {@code redis-uri telegram-port token secret stuck}. It counts messages and answers; a stuck
 * one never ends its handler after the turn. Prints the address of its webhook.
 */
final class WebhookBotProgram {
    private WebhookBotProgram() {}

    public static void main(String[] arguments) throws Exception {
        BotRedis redis = LettuceRedis.builder(arguments[0])
                .commandTimeout(Duration.ofSeconds(20)) // the test's machine may be busy
                .connect();
        TelegramUrl url = new TelegramUrl("http", "127.0.0.1", Integer.parseInt(arguments[1]), false);
        TelegramSender sender = TelegramSender.of(new OkHttpTelegramClient(arguments[2], url));
        boolean stuck = Boolean.parseBoolean(arguments[4]);
        EventIsolation isolation = EventIsolation.builder()
                .leaseStore(redis.leaseStore())
                .ttl(Duration.ofSeconds(2))
                .build();
        WebhookHandler webhook = WebhookHandler.builder(BotToken.of(arguments[2]), arguments[3])
                .isolation(isolation)
                .build(Fsm.of(redis.stateStorage()), (fsm, key, update) -> {
                    int count = fsm.handle(key, EventId.of(update.getUpdateId()), turn -> {
                                int next = turn.value("n", Integer.class).orElse(0) + 1;
                                turn.put("n", next);
                                return next;
                            })
                            .orElse(now -> now.value("n", Integer.class).orElse(0));
                    if (stuck) {
                        System.out.println("stored");
                        new CountDownLatch(1).await();
                    }
                    sender.send(Long.parseLong(key.chat()), "" + count);
                });
        System.out.println(new WebhookServer(webhook).uri());
        new CountDownLatch(1).await();
    }
}
