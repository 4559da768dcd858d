package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.examples.onboarding.OnboardingUser.UserMessage;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.BotRequest;
import io.botfsm.telegram.testing.Poll;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many users who talk at once with the whole program, and how long it takes to answer; see
 * docs/reference/performance.md.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class TelegramLoadTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int USERS = PROOF ? 1_000 : 50;
    private static final Duration TIME = PROOF ? Duration.ofSeconds(60) : Duration.ofSeconds(3);
    /** Until the bot's code is compiled. */
    private static final Duration COLD = TIME.dividedBy(6);

    private static final Duration LONGEST_PAUSE = PROOF ? Duration.ofSeconds(10) : Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everybodyIsAnswered(@TempDir Path directory) throws Exception {
        try (BotsOnTelegram bots = new BotsOnTelegram(directory)) {
            BotApiDouble telegram = bots.telegram;
            BotProcess bot = bots.start("--rate", "9999"); // more than Telegram accepts
            BotsOnTelegram.awaitActive(bot);
            List<OnboardingUser> users = LongStream.rangeClosed(1, USERS)
                    .mapToObj(id -> new OnboardingUser(telegram.user(id), LONGEST_PAUSE))
                    .toList();
            long begin = System.nanoTime();
            long end = begin + TIME.toNanos();

            OnboardingUser.crowd(users, user -> user.talkUntil(end)).await();
            await().atMost(Duration.ofMinutes(1)).until(() -> telegram.unconfirmedUpdates() == 0);
            bot.terminate();

            assertThat(bot.exitStatus()).isZero();
            assertThat(bot.log().lines())
                    .noneMatch(line -> line.contains(" ERROR ") || (PROOF && line.contains(" WARN ")));
            assertThat(telegram.requests())
                    .extracting(BotRequest::status)
                    .filteredOn(status -> status != BotRequest.DROPPED) // the poll that was cancelled at the end
                    .containsOnly(200);
            report(telegram, users, begin + COLD.toNanos());
        }
    }

    private static void report(BotApiDouble telegram, List<OnboardingUser> users, long warm) throws IOException {
        Map<Long, Long> received = received(telegram.polls());
        Map<Long, NavigableSet<Long>> sent = sent(telegram.requests());
        List<Long> answers = new ArrayList<>();
        List<Long> whenWarm = new ArrayList<>();
        List<Long> waits = new ArrayList<>();
        for (OnboardingUser user : users) {
            List<UserMessage> said = user.said();
            for (int i = 0; i < said.size(); i++) {
                UserMessage message = said.get(i);
                long next = i + 1 < said.size() ? said.get(i + 1).nanos() : Long.MAX_VALUE;
                Long reply = sent.get(user.id()).lower(next);
                long answer = reply - received.get(message.update());
                answers.add(answer);
                if (message.nanos() - warm >= 0) {
                    whenWarm.add(answer);
                }
                waits.add(reply - message.nanos());
            }
        }
        assertThat(answers).as("answered, each after it was received").allMatch(nanos -> nanos > 0);
        long polls = telegram.polls().stream()
                .filter(poll -> poll.outcome() == Poll.Outcome.UPDATES)
                .count();
        System.out.printf(
                Locale.ROOT,
                "Measured: %d users, %d updates, %.0f a second, %d polls with updates%n"
                        + "Measured: update received to reply sent: %s%n"
                        + "Measured: the same after %4.1f s:          %s%n"
                        + "Measured: message said to reply sent:    %s%n",
                users.size(),
                answers.size(),
                answers.size() / (double) TIME.toSeconds(),
                polls,
                percentiles(answers),
                COLD.toMillis() / 1e3,
                percentiles(whenWarm),
                percentiles(waits));
    }

    /** When each update was first handed out. */
    private static Map<Long, Long> received(List<Poll> polls) {
        Map<Long, Long> received = new HashMap<>();
        for (Poll poll : polls) {
            poll.firstUpdate()
                    .ifPresent(first -> LongStream.range(first, first + poll.answered())
                            .forEach(update -> received.putIfAbsent(
                                    update, poll.endedNanos().orElseThrow())));
        }
        return received;
    }

    /** When each chat got messages. */
    private static Map<Long, NavigableSet<Long>> sent(List<BotRequest> requests) throws IOException {
        Map<Long, NavigableSet<Long>> sent = new HashMap<>();
        for (BotRequest request : requests) {
            if (request.method().equalsIgnoreCase("sendMessage")) {
                long chat = JSON.readTree(request.parameters()).get("chat_id").asLong();
                sent.computeIfAbsent(chat, any -> new TreeSet<>()).add(request.begunNanos());
            }
        }
        return sent;
    }

    private static String percentiles(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, at most %.1f ms",
                at(sorted, 0.5),
                at(sorted, 0.95),
                at(sorted, 0.99),
                at(sorted, 1));
    }

    private static double at(List<Long> sorted, double part) {
        return sorted.get((int) Math.ceil(part * sorted.size()) - 1) / 1e6;
    }
}
