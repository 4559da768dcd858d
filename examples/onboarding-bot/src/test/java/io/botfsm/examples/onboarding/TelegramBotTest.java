package io.botfsm.examples.onboarding;

import static io.botfsm.examples.onboarding.BotsOnTelegram.awaitActive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.OnboardingUser.Crowd;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.Poll;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole program on Telegram, end to end: real processes, real Redis, a double of the Bot API. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class TelegramBotTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private BotsOnTelegram bots;
    private BotApiDouble telegram;
    private RedisServerProcess redis;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        bots = new BotsOnTelegram(directory);
        telegram = bots.telegram;
        redis = bots.redis;
    }

    @AfterEach
    void close() throws IOException {
        bots.close();
    }

    private static List<String> texts(List<ShownMessage> messages) {
        return messages.stream().map(ShownMessage::text).toList();
    }

    @Test
    void talksOnTelegram() throws Exception {
        BotProcess bot = bots.start();
        TelegramUser alice = telegram.user(42);
        alice.says("/start");
        assertThat(texts(alice.awaitReplies(2, PATIENCE))).containsExactly("Welcome!", "What is your name?");
        alice.says("Alice");
        alice.awaitReplies(1, PATIENCE);
        alice.says("31");
        alice.awaitReplies(1, PATIENCE);
        alice.says("Paris");
        assertThat(alice.awaitReplies(1, PATIENCE).get(0).buttons())
                .extracting(button -> button.text())
                .contains("chess", "tea");
        alice.presses("chess");
        assertThat(texts(alice.awaitReplies(1, PATIENCE)))
                .containsExactly("Your interests so far: chess. Another one, or \"done\"?");
        alice.says("/status");
        assertThat(texts(alice.awaitReplies(2, PATIENCE))).first().isEqualTo("I am waiting for your interests.");
        alice.says("/cancel");
        assertThat(texts(alice.awaitReplies(2, PATIENCE)))
                .containsExactly(
                        "Cancelled; I have forgotten what you told me.", "Send /start, and I shall get to know you.");
        await().atMost(PATIENCE).until(() -> alice.notices().size() == 1);
        assertThat(telegram.commands()).contains("start", "status", "cancel");
        assertThat(bot.commandLine()).doesNotContain(BotsOnTelegram.SECRET);

        bot.terminate();
        assertThat(bot.exitStatus()).isZero();
        assertThat(telegram.unconfirmedUpdates()).isZero();
        assertThat(bot.log().lines().filter(line -> line.contains("Shutdown step")))
                .extracting(line -> line.replaceFirst(".*Shutdown step \"(.*)\": done.*", "$1"))
                .containsExactly(
                        "stop polling", "drain", "release the lock", "close the lock", "client", "storage", "database");
    }

    @Test
    void endsWithoutATokenOrServerBeforeItStartsARedis(@TempDir Path directory) throws Exception {
        Path data = directory.toRealPath().resolve("data");
        Map<String, String> wrongServer = Map.of("TELEGRAM_BOT_TOKEN", "1:abc", "TELEGRAM_API_URL", "localhost");
        try (BotProcess tokenless = BotProcess.start(data, Map.of("TELEGRAM_BOT_TOKEN", ""), "--telegram");
                BotProcess wrong = BotProcess.start(data, Map.of("TELEGRAM_BOT_TOKEN", "my secret"), "--telegram");
                BotProcess serverless = BotProcess.start(data, wrongServer, "--telegram")) {
            for (BotProcess bot : List.of(tokenless, wrong, serverless)) {
                bot.awaitEnd();
                assertThat(bot.exitStatus()).isEqualTo(2);
            }
            assertThat(tokenless.log())
                    .isEqualTo("TELEGRAM_BOT_TOKEN is not set; set it to the token from @BotFather. See --help.\n");
            assertThat(wrong.log()).contains("a bot token is").doesNotContain("my secret");
            assertThat(serverless.log()).isEqualTo("server must be http://… or https://…: localhost. See --help.\n");
        }
        assertThat(data).doesNotExist();
    }

    @Test
    void saysNothingOfItsTokenWhateverFails() throws Exception {
        telegram.next("*", Fault.badGateway());
        telegram.next("*", Fault.dropBefore());
        telegram.next("sendMessage", Fault.tooManyRequests(1));
        telegram.next("sendMessage", Fault.dropAfter());
        BotProcess bot = bots.start();
        TelegramUser alice = telegram.user(42);
        alice.says("/start");
        await().atMost(PATIENCE).until(() -> texts(alice.replies()).contains("What is your name?"));

        telegram.close();
        await().atMost(PATIENCE).until(() -> bot.log().contains(" failed; trying again in "));
        bot.terminate();
        assertThat(bot.exitStatus()).isZero();
    }

    @Test
    void everybodyIsOnboardedThoughTheBotIsKilledAgainAndAgain() throws Exception {
        int kills = PROOF ? 25 : 3;
        List<OnboardingUser> users = bots.users(PROOF ? 50 : 10);
        int steps = users.stream().mapToInt(OnboardingUser::length).sum();
        AtomicInteger answers = new AtomicInteger();
        Random random = new Random();

        int underLoad = 0;
        BotProcess bot = bots.start();
        Crowd crowd = OnboardingUser.crowd(users, user -> user.onboard(answers::incrementAndGet));
        for (int kill = 0; kill < kills; kill++) {
            int mark = steps * kill / kills;
            awaitActive(bot);
            await().atMost(Duration.ofMinutes(2)).until(() -> answers.get() >= mark || crowd.anyFailed());
            Thread.sleep(random.nextInt(100));
            underLoad += answers.get() < steps ? 1 : 0;
            bot.kill();
            bot = bots.start();
        }
        crowd.await();
        awaitActive(bot);
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        bot.terminate();

        assertThat(bot.exitStatus()).isZero();
        assertThat(underLoad).as("kills while somebody was on the way").isGreaterThanOrEqualTo(PROOF ? 20 : 2);
        assertProfiles(users);
    }

    @Test
    void ofTwoStartedAtOnceOnePolls() throws Exception {
        for (int round = 1; round <= (PROOF ? 20 : 2); round++) {
            int earlier = telegram.polls().size();
            BotProcess first = bots.start();
            BotProcess second = bots.start();
            await().atMost(PATIENCE).until(() -> first.isAlive() != second.isAlive());
            BotProcess active = first.isAlive() ? first : second;
            BotProcess other = first.isAlive() ? second : first;
            new OnboardingUser(telegram.user(round)).onboard(() -> {});

            assertThat(other.exitStatus()).isEqualTo(75);
            List<Poll> polls = telegram.polls();
            assertThat(mostAtOnce(polls.subList(earlier, polls.size()))).isEqualTo(1);
            active.terminate();
            assertThat(active.exitStatus()).isZero();
        }
        assertThat(conflicts()).isZero();
    }

    /**
     * Each bot has its own lock; without a conflict here, the test before would prove nothing. The storages differ,
     * since on a shared one the inbox of the instance with the higher fencing token would end the other.
     */
    @Test
    void withoutTheLockTwoAreInConflict() throws Exception {
        BotProcess first = bots.start();
        BotProcess second = bots.start("--storage", bots.redis.uri(2), "--database", "none");

        await().atMost(PATIENCE)
                .until(() -> first.log().contains(" 409: ") || second.log().contains(" 409: "));
        assertThat(conflicts()).isPositive();
        assertThat(mostAtOnce(telegram.polls())).isGreaterThan(1);
    }

    private static long mostAtOnce(List<Poll> polls) {
        return polls.stream()
                .mapToLong(poll -> polls.stream()
                        .filter(other -> other.begunNanos() - poll.begunNanos() <= 0 && other.overlaps(poll))
                        .count())
                .max()
                .orElse(0);
    }

    @Test
    void rollsOnWithoutConflictOrGap() throws Exception {
        List<OnboardingUser> users = bots.users(PROOF ? 20 : 5);
        BotProcess active = bots.start("--standby");
        awaitActive(active);
        Crowd crowd = OnboardingUser.crowd(users, user -> user.onboard(() -> {}));
        int rounds = PROOF ? 6 : 2;
        for (int round = 0; round < rounds; round++) {
            BotProcess standby = bots.start("--standby");
            await().atMost(PATIENCE).until(() -> standby.log().contains("tanding by"));
            long stop = System.nanoTime();
            active.terminate();
            long ended = System.nanoTime();
            assertThat(active.exitStatus()).isZero();
            await().atMost(PATIENCE).until(() -> firstPollSince(stop).isPresent());
            assertThat(Duration.ofNanos(firstPollSince(stop).getAsLong() - ended))
                    .as("gap after the end of the former")
                    .isLessThan(PROOF ? Duration.ofSeconds(1) : Duration.ofSeconds(10));
            active = standby;
        }
        crowd.await();
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        active.terminate();

        assertThat(conflicts()).isZero();
        assertProfiles(users);
    }

    /** A session's first poll has no offset. */
    private OptionalLong firstPollSince(long nanos) {
        return telegram.polls().stream()
                .filter(poll -> poll.offset() == 0 && poll.begunNanos() - nanos > 0)
                .mapToLong(Poll::begunNanos)
                .findFirst();
    }

    private long conflicts() {
        return telegram.polls().stream()
                .filter(poll -> poll.outcome() == Poll.Outcome.CONFLICT)
                .count();
    }

    @Test
    void nothingIsLostOrConfirmedWhileRedisIsAway() throws Exception {
        List<TelegramUser> users = LongStream.rangeClosed(1, PROOF ? 20 : 5)
                .mapToObj(telegram::user)
                .toList();
        BotProcess bot =
                bots.start("--ttl", "45"); // longer than Redis is down, shorter than PATIENCE: a start may wait it out
        awaitActive(bot);
        for (TelegramUser user : users) {
            user.says("/start");
            user.awaitReplies(2, PATIENCE);
        }
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);

        redis.kill();
        long end = System.nanoTime() + Duration.ofSeconds(PROOF ? 20 : 3).toNanos();
        List<String> answers = List.of("Alice", "31", "Paris", "knitting");
        for (String answer : answers) {
            users.forEach(user -> user.says(answer));
        }
        while (System.nanoTime() - end < 0) {
            Thread.sleep(100);
            assertThat(telegram.unconfirmedUpdates()).isEqualTo(users.size() * answers.size());
        }
        redis.startAgain();

        for (TelegramUser user : users) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(texts(user.messages()).stream()
                                    .filter(text -> text.contains("?"))
                                    .distinct())
                            .containsExactly(
                                    "What is your name?",
                                    "Nice to meet you, Alice. What is your age?",
                                    "Which city do you live in?",
                                    "What are your interests? One a message, and \"done\" after the last.",
                                    "Your interests so far: knitting. Another one, or \"done\"?"));
        }
        await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
        bot.terminate();
        assertThat(bot.exitStatus()).isZero();
        assertThat(bot.log()).contains("Updates are being handled again").doesNotContain("Given up");
    }

    /** Each message applied, and none twice. */
    private void assertProfiles(List<OnboardingUser> users) throws IOException {
        List<String> transitions = new ArrayList<>();
        for (BotProcess bot : bots.all()) {
            bot.log()
                    .lines()
                    .filter(line -> line.contains("FSM state changed"))
                    .map(line -> line.replaceFirst(".*FSM state changed: ", ""))
                    .forEach(transitions::add);
        }
        assertThat(transitions).doesNotHaveDuplicates();
        try (BotRedis opened = LettuceRedis.connect(redis.uri(1))) {
            Fsm fsm =
                    Fsm.builder(opened.stateStorage()).states(Onboarding.class).build();
            for (OnboardingUser user : users) {
                StorageKey key = StorageKey.bot(7000000001L)
                        .chat(user.id())
                        .user(user.id())
                        .build();
                Conversation conversation = fsm.context(key).read();
                assertThat(conversation.state(Onboarding.class)).contains(Onboarding.CHATTING);
                assertThat(conversation.snapshot().data()).isEqualTo(user.data());
                user.assertWasAskedEachQuestionInOrderAndNothingElse();
            }
        }
    }
}
