package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Somebody on Telegram who answers each question once, when it is asked, partly by buttons, and never says anything twice. */
final class OnboardingUser {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final TelegramUser user;
    private final String name;
    private final int age;
    private final String city;
    private final Random random;

    OnboardingUser(TelegramUser user) {
        this.user = user;
        this.name = "Alice" + user.id();
        this.age = 20 + (int) (user.id() % 60);
        this.city = "Paris" + user.id();
        this.random = new Random(user.id());
    }

    private record Step(Consumer<TelegramUser> action, String question) {}

    private List<Step> steps() {
        return List.of(
                new Step(says("/start"), "What is your name?"),
                new Step(says(name), "Nice to meet you, %s. What is your age?".formatted(name)),
                new Step(says(String.valueOf(age)), "Which city do you live in?"),
                new Step(says(city), "What are your interests? One a message, and \"done\" after the last."),
                new Step(says("knitting"), "Your interests so far: knitting. Another one, or \"done\"?"),
                new Step(presses("chess"), "Your interests so far: knitting, chess. Another one, or \"done\"?"),
                new Step(
                        user.id() % 2 == 0 ? says("done") : presses("done"),
                        "You are %s, %d, from %s, interested in knitting, chess. Is that right, yes or no?"
                                .formatted(name, age, city)),
                new Step(
                        user.id() % 3 == 0 ? says("yes") : presses("yes"),
                        "How is life in %s, %s?".formatted(city, name)));
    }

    private static Consumer<TelegramUser> says(String text) {
        return user -> user.says(text);
    }

    private static Consumer<TelegramUser> presses(String button) {
        return user -> user.presses(button);
    }

    /** How many messages it takes. */
    int length() {
        return steps().size();
    }

    Profile profile() {
        return new Profile(name, age, city, List.of("knitting", "chess"));
    }

    long id() {
        return user.id();
    }

    /**
     * Goes all the way.
     *
     * @param answered is told of each answer
     */
    void onboard(Runnable answered) {
        for (Step step : steps()) {
            pause();
            step.action.accept(user);
            await("user %d, for: %s".formatted(user.id(), step.question))
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> hasRead(step.question));
            answered.run();
        }
    }

    private void pause() {
        try {
            Thread.sleep(random.nextInt(400)); // so that users do not go in step
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A question may be asked again after a crash; what was applied twice would be met by a remark, or welcome twice. */
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

    private boolean hasRead(String question) {
        return user.replies().stream().map(ShownMessage::text).anyMatch(question::equals);
    }
}
