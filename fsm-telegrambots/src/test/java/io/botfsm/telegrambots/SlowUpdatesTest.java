package io.botfsm.telegrambots;

import static io.botfsm.telegrambots.CrowdedBot.PATIENCE;
import static io.botfsm.telegrambots.CrowdedBot.POISONED;
import static io.botfsm.telegrambots.CrowdedBot.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.telegram.testing.BotRequest;
import io.botfsm.telegram.testing.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All kinds of slow updates at once, with an inbox in Redis. */
@Timeout(180)
class SlowUpdatesTest {
    private static final int MESSAGES = 320;
    private static final long LIMITED = 2;
    private static final long HANGING = 3;
    private static final int RETRY_AFTER_SECONDS = 25;

    private final RedisServerProcess server = RedisServerProcess.start();
    private final BotRedis redis = LettuceRedis.connect(server.uri(0));
    private final Fsm fsm = Fsm.of(redis.stateStorage());
    private final UpdateInbox inbox =
            redis.stateStorage().extension(UpdateInbox.class).orElseThrow();
    private final CrowdedBot bot = new CrowdedBot();
    private final CountDownLatch hanging = new CountDownLatch(1);

    @AfterEach
    void stop() throws Exception {
        hanging.countDown();
        bot.stop();
        redis.close();
        server.close();
    }

    private List<BotRequest> sends(long chat) {
        return bot.telegram.requests().stream()
                .filter(request -> request.method().equalsIgnoreCase("sendMessage"))
                .filter(request -> request.parameters().contains("\"chat_id\":\"" + chat + "\""))
                .toList();
    }

    @Test
    void aPoisonedConversationALimitedChatAndAHandlerThatHangsHoldUpNobodyElse() {
        try (RespConnection raw = server.connect()) {
            raw.call("SET", "fsm:{" + bot.token.botId() + ":" + POISONED + ":" + POISONED + "}", "of another type");
        }
        bot.telegram.nextInChat(LIMITED, "sendMessage", 1, Fault.tooManyRequests(RETRY_AFTER_SECONDS));
        bot.telegram.user(POISONED).says("poisoned");
        bot.telegram.user(LIMITED).says("limited");
        bot.telegram.user(HANGING).says("hangs");
        bot.telegram.user(LIMITED).says("limited too");
        bot.othersWrite(MESSAGES, USERS);
        bot.polling.inbox();
        bot.start(fsm, (fenced, key, update) -> {
            CrowdedBot.count(fenced, key, update.getUpdateId());
            if (key.equals(bot.key(HANGING))) {
                hanging.await();
            }
            bot.send(key, "counted");
        });

        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(sends(LIMITED))
                .as("the others were answered before the limit was over")
                .hasSize(1);
        assertThat(bot.attempts(HANGING)).isOne();

        await().atMost(PATIENCE).until(() -> sends(LIMITED).size() == 3);
        assertThat(sends(LIMITED)).extracting(BotRequest::status).containsExactly(429, 200, 200);
        long pause = sends(LIMITED).get(1).begunNanos() - sends(LIMITED).get(0).begunNanos();
        assertThat(Duration.ofNanos(pause)).isGreaterThanOrEqualTo(Duration.ofSeconds(RETRY_AFTER_SECONDS));
        hanging.countDown();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(inbox.counts(bot.token.botId()).waiting()).isZero());
        assertThat(bot.dead)
                .singleElement()
                .satisfies(letter -> assertThat(letter.key()).hasValue(bot.key(POISONED)));
        assertThat(inbox.dead(bot.token.botId(), 0, 10)).hasSize(1);
        assertThat(fsm.context(bot.key(LIMITED)).value("n", Integer.class)).hasValue(2);
    }
}
