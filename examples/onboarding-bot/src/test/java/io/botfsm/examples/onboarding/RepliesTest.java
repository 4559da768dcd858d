package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.program.TelegramBot;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a user writes, and whatever is stored, each message is answered by replies that Telegram accepts. */
@Timeout(120)
class RepliesTest {
    /** Telegram counts UTF-16 code units, as {@code String} does, and refuses a message without any text. */
    private static final int LONGEST_AT_TELEGRAM = 4_096;

    private static final String EMOJI = "😀"; // two UTF-16 code units
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> WORDS =
            List.of("/start", "/start", "/status", "/cancel", "/", "done", "done", "yes", "yes", "no", "31", "", " ");

    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = OnboardingFlow.FLOW.fsm(storage);
    private final StorageKey key = StorageKey.bot(1).chat(1).user(1).build();
    private long lastEvent;

    @AfterEach
    void close() {
        storage.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void areThereAndShortEnoughWhateverIsWritten(long seed) {
        Random random = new Random(seed);
        Set<Onboarding> visited = EnumSet.noneOf(Onboarding.class);
        for (int i = 0; i < 1_000; i++) {
            send(anything(random));
            fsm.context(key).read().state(Onboarding.class).ifPresent(visited::add);
        }
        assertThat(visited).as("states visited").containsExactlyInAnyOrder(Onboarding.values());
    }

    /** A word that means something here, or text of any length, of letters, emoji, controls and unpaired surrogates. */
    private static String anything(Random random) {
        if (random.nextInt(3) > 0) {
            return WORDS.get(random.nextInt(WORDS.size()));
        }
        int length = random.nextInt(5) == 0 ? random.nextInt(5_000) : random.nextInt(60);
        String text = random.ints(length, 0, 5)
                .mapToObj(kind -> switch (kind) {
                    case 0 -> EMOJI;
                    case 1 -> Character.toString((char) random.nextInt(0x20));
                    case 2 -> Character.toString((char) (Character.MIN_SURROGATE + random.nextInt(0x800)));
                    default -> Character.toString((char) ('a' + random.nextInt(26)));
                })
                .collect(Collectors.joining());
        return random.nextInt(4) == 0 ? "/" + text : text;
    }

    @Test
    void areShortEnoughForTheMostThatIsAccepted() {
        send("/start");
        sendLongest("a name");
        send("31");
        sendLongest("a city");
        for (int i = 10; i < 30; i++) {
            sendLongest("" + i);
        }
        assertThat(last(send("/status"))).contains("Is that right");
        assertThat(last(send("yes"))).contains("a city", "a name");
        assertThat(send("/status").get(0)).contains("a city", "a name");
    }

    /** Sends texts with this beginning, each shorter by a character, until one is accepted. */
    private void sendLongest(String beginning) {
        Map<String, String> before = stored();
        for (int length = 120; stored().equals(before); length--) {
            send(beginning + EMOJI.repeat(length - beginning.length()));
        }
    }

    private Map<String, String> stored() {
        return storage.read(key).toCompletableFuture().join().data();
    }

    /** A version of the bot without these limits may have stored more. */
    @ParameterizedTest
    @EnumSource
    void areShortEnoughWhateverIsStored(Onboarding state) {
        String interests = IntStream.range(0, 1_000)
                .mapToObj(i -> "\"" + i + EMOJI.repeat(200) + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        for (String text : List.of("", "/status", "/" + EMOJI.repeat(5_000), "x".repeat(5_000), "maybe")) {
            storage.write(
                            key,
                            Mutation.builder()
                                    .state("Onboarding:" + state)
                                    .put("Onboarding:name", "\"" + EMOJI.repeat(5_000) + "\"")
                                    .put("Onboarding:age", "31")
                                    .put("Onboarding:city", "\"" + EMOJI.repeat(5_000) + "\"")
                                    .put("Onboarding:interests", interests)
                                    .build())
                    .toCompletableFuture()
                    .join();
            assertThat(last(send(text))).contains("?");
        }
    }

    @Test
    void areTakenByTelegram() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramRunner bot = TelegramBot.polling(BotToken.of(telegram.token()))
                    .server(telegram.uri())
                    .senderSettings(
                            sender -> sender.rate(1_000, Duration.ofSeconds(1)).chatRate(1_000, Duration.ofSeconds(1)))
                    .storage(storage, new MemoryLeaseStore())
                    .lock("replies");
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(bot::run);
            TelegramUser user = telegram.user(42);
            List.of("/start", "Alice", "31", "Paris", EMOJI.repeat(2_000)).forEach(user::says);
            IntStream.range(10, 30).forEach(i -> user.says(i + "a".repeat(198)));
            IntStream.range(10, 30).forEach(i -> user.says(i + EMOJI.repeat(48)));
            user.says("maybe");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(user.replies())
                            .extracting(ShownMessage::text)
                            .anySatisfy(text -> assertThat(text)
                                    .startsWith("You are Alice, 31, from Paris, interested in ")
                                    .endsWith(". Is that right, yes or no?")));

            bot.stop();
            assertThat(status.join()).isZero();
        }
    }

    private List<String> send(String text) {
        lastEvent++;
        List<String> replies = handle(text);
        assertThat(replies).isNotEmpty().allSatisfy(RepliesTest::assertIsTaken);
        assertThat(handle(text)).as("the current question, asked again").containsExactly(last(replies));
        return replies;
    }

    private List<String> handle(String text) {
        return OnboardingFlow.FLOW.handle(fsm, key, EventId.of(lastEvent), Input.typed(text)).stream()
                .map(Reply::text)
                .toList();
    }

    private static void assertIsTaken(String text) {
        assertThat(text).isNotBlank();
        assertThat(text.length()).isLessThanOrEqualTo(LONGEST_AT_TELEGRAM);
        assertThat(text).doesNotContainPattern("\\p{Cs}");
    }

    private static String last(List<String> replies) {
        return replies.get(replies.size() - 1);
    }
}
