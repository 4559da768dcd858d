package io.botfsm.telegrambots;

import static io.botfsm.telegrambots.CrowdedBot.PATIENCE;
import static io.botfsm.telegrambots.CrowdedBot.POISONED;
import static io.botfsm.telegrambots.CrowdedBot.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.telegram.testing.BotRequest;
import io.botfsm.telegram.testing.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.objects.ApiResponse;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** Telegram refuses messages to one chat for a while, with 429 or otherwise. */
@Timeout(180)
class LimitedChatTest {
    private static final int MESSAGES = 200;
    private static final long GROUP = -100;
    private static final String SEND = "sendMessage";

    private final CrowdedBot bot = new CrowdedBot();
    private final Fsm fsm = Fsm.of(new MemoryStateStorage());

    @AfterEach
    void stop() throws Exception {
        bot.stop();
    }

    private void start() {
        bot.polling.outageTimeout = Duration.ofMillis(500);
        bot.start(fsm, (fenced, key, update) -> {
            CrowdedBot.count(fenced, key, update.getUpdateId());
            if (!key.chat().equals(key.user()) || key.user().equals("" + POISONED)) {
                bot.send(key, "counted");
            }
        });
    }

    private void poisonedWrites() {
        bot.telegram.user(POISONED).says("limited");
    }

    private void writeInGroup(long user) {
        bot.telegram.deliver("{\"message\": {\"text\": \"hello\", \"chat\": {\"id\": " + GROUP
                + ", \"type\": \"supergroup\", \"title\": \"G\"}, \"from\": {\"id\": " + user
                + ", \"is_bot\": false, \"first_name\": \"A\"}}}");
    }

    private List<BotRequest> sends() {
        return bot.telegram.requests().stream()
                .filter(request -> request.method().equalsIgnoreCase(SEND))
                .toList();
    }

    /** Whichever failures the bot declares as outages. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsSentThereBeforeTheTimeIsOverAndNoAttemptCounts(boolean isOutage) {
        bot.handler.outages = failure -> isOutage;
        bot.polling.attempts(1);
        bot.telegram.nextInChat(POISONED, SEND, 2, Fault.tooManyRequests(1));
        poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start();

        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(bot.dead).isEmpty();
        assertThat(bot.telegram.messages(POISONED)).last().matches(message -> message.fromBot());
        assertThat(sends()).extracting(BotRequest::status).containsExactly(429, 429, 200);
        for (int i = 1; i < 3; i++) {
            long pause = sends().get(i).begunNanos() - sends().get(i - 1).begunNanos();
            assertThat(Duration.ofNanos(pause)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void otherUsersOfTheChatWaitToo() {
        bot.telegram.nextInChat(GROUP, SEND, 1, Fault.tooManyRequests(1));
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.telegrambots");
        log.start();
        logger.addAppender(log);
        start();
        writeInGroup(1);
        await().atMost(PATIENCE)
                .until(() -> List.copyOf(log.list).stream()
                        .anyMatch(event -> event.getFormattedMessage().startsWith("Sending is limited")));
        logger.detachAppender(log);
        writeInGroup(2);

        bot.awaitAllConfirmed();
        assertThat(sends()).extracting(BotRequest::status).containsExactly(429, 200, 200);
        long pause = sends().get(1).begunNanos() - sends().get(0).begunNanos();
        assertThat(Duration.ofNanos(pause)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(bot.attempts(2)).isOne();
    }

    /** As stated in docs/guides/telegram-updates.md. */
    @Test
    void othersGoOnForNinetyNineUpdatesMeanwhile() {
        bot.telegram.nextInChat(POISONED, SEND, 1, Fault.tooManyRequests(Integer.MAX_VALUE));
        poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        AtomicLong ahead = new AtomicLong();
        bot.polling.nanos = () -> System.nanoTime() + ahead.get();
        start();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(bot.othersAnswered()).isGreaterThanOrEqualTo(99));
        await().atMost(PATIENCE).until(() -> bot.telegram.polls().size() > 3);
        assertThat(bot.othersAnswered()).isEqualTo(99);
        assertThat(bot.attempts(POISONED)).isOne();

        ahead.set(RetryAfter.LONGEST.toNanos());
        bot.awaitOthersAnswered(MESSAGES);
        bot.awaitAllConfirmed();
        assertThat(bot.dead).isEmpty();
    }

    @Test
    void limitsThatLastLongCount() {
        bot.telegram.nextInChat(POISONED, SEND, 1000, Fault.tooManyRequests(1));
        AtomicLong ahead = new AtomicLong();
        bot.polling.nanos = () -> System.nanoTime() + ahead.get();
        poisonedWrites();
        start();
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > 1);
        ahead.set(RetryAfter.LONGEST.toNanos());
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > 3);
        bot.othersWrite(1, 1);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bot.dead).hasSize(1));
    }

    @Test
    void aChatThatIsAnsweredWith500HoldsUpNobodyElse() {
        bot.telegram.nextInChat(POISONED, SEND, 1000, Fault.status(500, "Internal Server Error"));
        poisonedWrites();
        bot.othersWrite(MESSAGES, USERS);
        start();

        bot.awaitOthersAnswered(MESSAGES);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bot.dead).hasSize(1));
    }

    private static TelegramApiRequestException refused(int code, String parameters) throws Exception {
        ApiResponse<?> answer = new ObjectMapper()
                .readValue(
                        "{\"ok\": false, \"error_code\": " + code + ", \"description\": \"no\"" + parameters + "}",
                        ApiResponse.class);
        return new TelegramApiRequestException("refused", answer);
    }

    private static Duration wait(String retryAfter) throws Exception {
        return HandlerFailure.of(refused(429, ", \"parameters\": {\"retry_after\": " + retryAfter + "}"))
                .retryAfter()
                .orElseThrow();
    }

    @Test
    void aWaitIsBounded() throws Exception {
        assertThat(wait("30")).isEqualTo(Duration.ofSeconds(30));
        assertThat(wait("0")).isEqualTo(Duration.ofSeconds(1));
        assertThat(wait("-7")).isEqualTo(Duration.ofSeconds(1));
        assertThat(wait("2147483647")).isEqualTo(RetryAfter.LONGEST);
        assertThat(HandlerFailure.of(refused(429, "")).retryAfter()).hasValue(Duration.ofSeconds(1));
        assertThat(HandlerFailure.of(new CompletionException(new IllegalStateException(refused(429, ""))))
                        .retryAfter())
                .hasValue(Duration.ofSeconds(1));
        assertThat(HandlerFailure.of(refused(500, ", \"parameters\": {\"retry_after\": 5}"))
                        .retryAfter())
                .isEmpty();
        assertThat(HandlerFailure.of(new IllegalStateException("429")).retryAfter())
                .isEmpty();
        Exception cycle = new IllegalStateException("a");
        cycle.initCause(new IllegalStateException("b", cycle));
        assertThat(HandlerFailure.of(cycle).retryAfter()).isEmpty();
    }

    @Test
    void anAnswerThatConcernsOneChatIsNoOutage() throws Exception {
        for (int code : new int[] {400, 403}) {
            assertThat(HandlerFailure.of(refused(code, "")).isOwn(failure -> true))
                    .isTrue();
        }
        for (int code : new int[] {401, 429, 500, 502}) {
            assertThat(HandlerFailure.of(refused(code, "")).isOwn(failure -> true))
                    .isFalse();
            assertThat(HandlerFailure.of(refused(code, "")).isOwn(failure -> false))
                    .isTrue();
        }
    }

    @Test
    void theOutermostKnownCauseDecides() throws Exception {
        StorageKey key = bot.key(POISONED);
        FsmException unavailable = new StorageUnavailableException(key, Duration.ofSeconds(2), true, null);
        FsmException refused = new ConversationRefusedException(key, "WRONGTYPE", false, null);
        Throwable blocked = refused(403, "");
        assertThat(isOwn(new IllegalStateException(unavailable))).isFalse();
        assertThat(isOwn(new CompletionException(new IllegalStateException(unavailable))))
                .isFalse();
        assertThat(isOwn(new IllegalStateException(refused))).isTrue();
        assertThat(isOwn(new IllegalStateException(blocked))).isTrue();
        assertThat(isOwn(new IllegalStateException(new TelegramApiException("no connection"))))
                .isFalse();
        assertThat(isOwn(new StorageRefusedException(key, "NOPERM", false, null)))
                .isFalse();
        assertThat(isOwn(new IllegalStateException("a fault"))).isTrue();
    }

    private static boolean isOwn(Throwable failure) {
        return HandlerFailure.of(failure).isOwn(TelegramApiException.class::isInstance);
    }

    @Test
    void aTestForOutagesThatFailsDeclaresNothing() {
        assertThat(HandlerFailure.of(new IllegalStateException("a fault")).isOwn(failure -> {
                    throw new IllegalArgumentException("another");
                }))
                .isTrue();
    }

    /** Each attempt sends as many messages as the rate allows, which would go on forever if no attempt counted. */
    @Test
    void anAnswerThatIsLongerThanThePaceIsNotRepeatedForEver() {
        TelegramSender sender = TelegramSender.builder(OkHttpClients.of(bot.telegram))
                .chatRate(2, Duration.ofSeconds(1))
                .waitTimeout(Duration.ZERO)
                .build();
        AtomicLong ahead = new AtomicLong();
        bot.polling.nanos = () -> System.nanoTime() + ahead.get();
        poisonedWrites();
        bot.start(fsm, (fenced, key, update) -> {
            for (int i = 0; i < 3; i++) {
                sender.send(POISONED, "message " + i);
            }
        });
        await().atMost(PATIENCE).until(() -> bot.attempts(POISONED) > 1);
        ahead.set(RetryAfter.LONGEST.toNanos());

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bot.dead).hasSize(1));
        bot.awaitAllConfirmed();
    }

    @Test
    void whatWaitsBeforeItSendsAnythingNeverCounts() {
        AtomicLong ahead = new AtomicLong();
        bot.polling.nanos = () -> System.nanoTime() + ahead.get();
        bot.polling.attempts(1);
        poisonedWrites();
        bot.start(fsm, (fenced, key, update) -> {
            if (bot.attempts(POISONED) < 6) {
                ahead.addAndGet(RetryAfter.LONGEST.toNanos());
                throw new SendDelayedException(key.chat(), Duration.ofSeconds(1), false, true);
            }
        });
        bot.awaitAllConfirmed();

        assertThat(bot.attempts(POISONED)).isEqualTo(6);
        assertThat(bot.dead).isEmpty();
    }
}
