package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Somebody on Telegram who answers each question once, when it is asked, partly by buttons, and never says anything
 * twice.
 */
final class OnboardingUser {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

    private final TelegramUser user;
    private final String name;
    private final int age;
    private final String city;
    private final Duration longestPause;
    private final Random random;
    private final List<UserMessage> said = new ArrayList<>();

    OnboardingUser(TelegramUser user) {
        this(user, LONGEST_PAUSE);
    }

    /** With a pause of random length before each message, so that users do not go in step. */
    OnboardingUser(TelegramUser user, Duration longestPause) {
        this.user = user;
        this.name = "Alice" + user.id();
        this.age = 20 + (int) (user.id() % 60);
        this.city = "Paris" + user.id();
        this.longestPause = longestPause;
        this.random = new Random(user.id());
    }

    /**
     * A message that a user has sent.
     *
     * @param update its id
     * @param nanos when it was sent
     */
    record UserMessage(long update, long nanos) {}

    private record Step(Function<TelegramUser, OptionalLong> action, String question) {}

    private List<Step> steps() {
        return List.of(
                new Step(says("/start"), "What is your name?"),
                new Step(says(name), String.format(Locale.ROOT, "Nice to meet you, %s. What is your age?", name)),
                new Step(says(String.valueOf(age)), "Which city do you live in?"),
                new Step(says(city), "What are your interests? One a message, and \"done\" after the last."),
                new Step(says("knitting"), "Your interests so far: knitting. Another one, or \"done\"?"),
                new Step(presses("chess"), "Your interests so far: knitting, chess. Another one, or \"done\"?"),
                new Step(
                        user.id() % 2 == 0 ? says("done") : presses("done"),
                        String.format(
                                Locale.ROOT,
                                "You are %s, %d, from %s, interested in knitting, chess. Is that right, yes or no?",
                                name,
                                age,
                                city)),
                new Step(
                        user.id() % 3 == 0 ? says("yes") : presses("yes"),
                        String.format(Locale.ROOT, "How is life in %s, %s?", city, name)));
    }

    private static Function<TelegramUser, OptionalLong> says(String text) {
        return user -> user.says(text);
    }

    private static Function<TelegramUser, OptionalLong> presses(String button) {
        return user -> user.presses(button);
    }

    /** How many messages it takes. */
    int length() {
        return steps().size();
    }

    /** What is stored of the user in the end. */
    Map<String, String> data() {
        return Map.of(
                "Onboarding:name", '"' + name + '"',
                "Onboarding:age", "" + age,
                "Onboarding:city", '"' + city + '"',
                "Onboarding:interests", "[\"knitting\",\"chess\"]");
    }

    long id() {
        return user.id();
    }

    /** What the user has said, in order. */
    List<UserMessage> said() {
        return said;
    }

    /**
     * Answers all questions.
     *
     * @param answered runs after each answer
     */
    void onboard(Runnable answered) {
        for (Step step : steps()) {
            take(step);
            answered.run();
        }
    }

    /** Goes through the dialog again and again, until the given time. */
    void talkUntil(long nanos) {
        List<Step> steps = steps();
        for (int i = 0; System.nanoTime() - nanos < 0; i++) {
            take(steps.get(i % steps.size()));
        }
    }

    private void take(Step step) {
        try {
            Thread.sleep(random.nextLong(longestPause.toMillis()));
            said.add(new UserMessage(step.action.apply(user).orElseThrow(), System.nanoTime()));
            user.awaitReply(step.question, PATIENCE);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a user", e);
        }
    }

    /** Runs an action for all users at once, each on its own thread; fails if one of them fails. */
    static Crowd crowd(List<OnboardingUser> users, Consumer<OnboardingUser> action) {
        ExecutorService threads = Executors.newFixedThreadPool(users.size());
        List<CompletableFuture<Void>> runs = users.stream()
                .map(user -> CompletableFuture.runAsync(() -> action.accept(user), threads))
                .toList();
        threads.shutdown();
        return new Crowd(runs);
    }

    /** Users whose actions are running. */
    record Crowd(List<CompletableFuture<Void>> runs) {
        boolean anyFailed() {
            return runs.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
        }

        void await() throws Exception {
            CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
        }
    }

    /**
     * A question may be asked again after a crash; a message applied twice would cause a remark, or a second welcome.
     */
    void assertWasAskedEachQuestionInOrderAndNothingElse() {
        List<String> texts = user.messages().stream()
                .filter(ShownMessage::fromBot)
                .map(ShownMessage::text)
                .toList();
        List<String> remarks = List.of("Welcome!", "Thank you, that is all I wanted to know.");
        assertThat(texts.stream().distinct().filter(text -> !remarks.contains(text)))
                .containsExactlyElementsOf(steps().stream().map(Step::question).toList());
        remarks.forEach(remark ->
                assertThat(texts.stream().filter(remark::equals)).as(remark).hasSizeLessThanOrEqualTo(1));
    }
}
