package io.botfsm.integration.polling;

import static io.botfsm.integration.polling.InboxProcess.INBOX;
import static io.botfsm.integration.polling.InboxProcess.SLOW_USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegrambots.BotToken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bot that is killed again and again while its inbox is full. */
@Timeout(900)
class KilledInboxTest {
    private static final int KILLS = Boolean.getBoolean("botfsm.proof") ? 20 : 3;
    private static final int USERS = 20;
    /**
     * Messages between two kills: of each slow user, and of all others together, enough for conversations to forget
     * ids.
     */
    private static final int SLOW_MESSAGES = 25;

    private static final int FAST_MESSAGES = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final RedisServerProcess server = RedisServerProcess.start();
    private final BotApiDouble telegram = BotApiDouble.start();
    private final BotToken token = BotToken.of(telegram.token());
    private final BotRedis redis = LettuceRedis.connect(server.uri(0));
    private final UpdateInbox inbox =
            redis.stateStorage().extension(UpdateInbox.class).orElseThrow();
    private final List<Process> bots = new ArrayList<>();
    private final Map<Integer, List<Integer>> sent = new HashMap<>();

    @AfterEach
    void stop() {
        bots.forEach(Process::destroyForcibly);
        redis.close();
        telegram.close();
        server.close();
    }

    private Process start(Path log) throws IOException {
        Process bot = JavaProgram.of(
                        InboxProcess.class, server.uri(0), telegram.uri().toString(), telegram.token())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        bots.add(bot);
        return bot;
    }

    private void write(int user) {
        long id = telegram.user(user).says("hello").orElseThrow();
        sent.computeIfAbsent(user, first -> new ArrayList<>()).add((int) id);
    }

    private void everybodyWrites() {
        for (int i = 0; i < SLOW_MESSAGES; i++) {
            for (int user = 1; user <= SLOW_USERS; user++) {
                write(user);
            }
            for (int j = 0; j < FAST_MESSAGES / SLOW_MESSAGES; j++) {
                write(SLOW_USERS + 1 + j % (USERS - SLOW_USERS));
            }
        }
    }

    private long waiting() {
        return inbox.counts(token.botId()).waiting();
    }

    @Test
    void eachUpdateIsAppliedOnceAndInOrder(@TempDir Path directory) throws Exception {
        Path log = directory.resolve("log");
        for (int kill = 0; kill < KILLS; kill++) {
            Process bot = start(log);
            everybodyWrites();
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> waiting() >= INBOX - 1);
            bot.destroyForcibly(); // SIGKILL
            assertThat(bot.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(waiting()).as("what the next one finds").isPositive();
        }
        start(log);
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0 && waiting() == 0);

        Fsm fsm = Fsm.of(redis.stateStorage());
        sent.forEach((user, all) -> assertThat(fsm.context(InboxProcess.key(token, user))
                        .read()
                        .data(InboxProcess.Seen.class)
                        .orElseThrow()
                        .updates())
                .as("of user %d", user)
                .isEqualTo(all));
        assertThat(inbox.counts(token.botId()).dead()).isZero();
    }
}
