package io.botfsm.telegrambots;

import static io.botfsm.telegrambots.CrowdedBot.ATTEMPTS;
import static io.botfsm.telegrambots.CrowdedBot.PATIENCE;
import static io.botfsm.telegrambots.CrowdedBot.POISONED;
import static io.botfsm.telegrambots.CrowdedBot.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.Fsm;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Something that all conversations need is unavailable: nothing is given up. */
@Timeout(180)
class StorageOutageTest {
    /** Far more attempts than an update has if they count. */
    private static final int FUTILE_ATTEMPTS = 2 * ATTEMPTS;

    private final RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
    private final BotRedis redis = LettuceRedis.connect(server.uri(0) + "?timeout=500ms");
    private final Fsm fsm = Fsm.of(redis.stateStorage());
    private final CrowdedBot bot = new CrowdedBot();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @BeforeEach
    void listen() {
        log.start();
        root.addAppender(log);
        root.setLevel(Level.INFO);
    }

    @AfterEach
    void stop() throws Exception {
        root.detachAppender(log);
        bot.stop();
        redis.close();
        server.close();
    }

    private long logged(String text) {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getFormattedMessage().contains(text))
                .count();
    }

    private void startCounting() {
        bot.start(fsm, (fenced, key, update) -> CrowdedBot.count(fenced, key, update.getUpdateId()));
    }

    private void awaitFutileAttempts(int users) {
        await().atMost(PATIENCE)
                .until(() -> bot.attempts.values().stream()
                                .filter(attempts -> attempts.get() > FUTILE_ATTEMPTS)
                                .count()
                        == users);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, USERS})
    void givesUpNothing(int users) {
        startCounting();
        bot.othersWrite(users, users);
        bot.awaitOthersAnswered(users);
        server.kill();
        bot.othersWrite(3 * users, users);
        awaitFutileAttempts(users);
        server.startAgain();

        bot.awaitOthersAnswered(4 * users);
        bot.awaitAllConfirmed();
        assertThat(bot.dead).isEmpty();
        for (int user = 101; user < 101 + users; user++) {
            assertThat(fsm.context(bot.key(user)).value("n", Integer.class)).hasValue(4);
        }
        long outages = users > 1 ? 1 : 0;
        assertThat(logged("conversations fail, possibly because of an outage")).isEqualTo(outages);
        assertThat(logged("Updates are being handled again")).isEqualTo(outages);
    }

    /** Successes of others before the outage are no evidence against it. */
    @Test
    void givesUpNothingThatWasBegunBeforeAndKeepsAFullWindow() {
        bot.polling.outageTimeout = Duration.ofHours(1);
        bot.telegram.user(POISONED).says("takes its time");
        bot.othersWrite(3 * PendingUpdates.LIMIT, USERS);
        CountDownLatch killed = new CountDownLatch(1);
        bot.start(fsm, (fenced, key, update) -> {
            if (key.user().equals("" + POISONED)) {
                killed.await();
            }
            CrowdedBot.count(fenced, key, update.getUpdateId());
        });
        bot.awaitOthersAnswered(PendingUpdates.LIMIT - 1);
        server.kill();
        killed.countDown();
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > FUTILE_ATTEMPTS);
        server.startAgain();

        bot.awaitOthersAnswered(3 * PendingUpdates.LIMIT);
        bot.awaitAllConfirmed();
        assertThat(bot.dead).isEmpty();
    }

    /** After a conversation has failed alone, its further failures do not count once the others fail too. */
    @Test
    void countsNothingThatHappensAfterTheOthersFailToo() {
        AtomicBoolean mended = new AtomicBoolean();
        bot.polling.attempts(2 * FUTILE_ATTEMPTS);
        bot.polling.failureBackoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), () -> 0);
        bot.start(fsm, (fenced, key, update) -> {
            if (key.user().equals("" + POISONED) && !mended.get()) {
                throw new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
            }
            CrowdedBot.count(fenced, key, update.getUpdateId());
        });
        bot.telegram.user(POISONED).says("fails at first");
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > 1);
        bot.othersWrite(1, 1);
        bot.awaitOthersAnswered(1);
        server.kill();
        bot.othersWrite(2, 2);
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > 4 * FUTILE_ATTEMPTS);
        mended.set(true);
        server.startAgain();

        bot.awaitOthersAnswered(3);
        bot.awaitAllConfirmed();
        assertThat(bot.dead).isEmpty();
    }
}
