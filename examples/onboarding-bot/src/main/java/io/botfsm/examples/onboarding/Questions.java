package io.botfsm.examples.onboarding;

import io.botfsm.Conversation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the bot says of a conversation as it is, and of nothing else: so it can be said again at any time. */
final class Questions {
    static final String DONE = "done";

    private static final List<String> SUGGESTED_INTERESTS =
            List.of("books", "chess", "music", "sports", "tea", "travel");

    private Questions() {}

    /** The question that waits for an answer. */
    static String currentQuestion(Conversation conversation) {
        return conversation
                .state(Onboarding.class)
                .map(state -> question(state, Profile.of(conversation)))
                .orElse("Send /start, and I shall get to know you.");
    }

    private static String question(Onboarding state, Profile profile) {
        return switch (state) {
            case NAME -> "What is your name?";
            case AGE -> String.format(Locale.ROOT, "Nice to meet you, %s. What is your age?", name(profile));
            case CITY -> "Which city do you live in?";
            case INTERESTS -> nextInterest(profile.interests());
            case CONFIRM -> String.format(Locale.ROOT, "You are %s. Is that right, yes or no?", summary(profile));
            case CHATTING -> String.format(Locale.ROOT, "How is life in %s, %s?", city(profile), name(profile));
        };
    }

    private static String nextInterest(List<String> soFar) {
        return soFar.isEmpty()
                ? "What are your interests? One a message, and \"done\" after the last."
                : String.format(Locale.ROOT, "Your interests so far: %s. Another one, or \"done\"?", listed(soFar));
    }

    /** Answers to choose from; any other may be typed. */
    static List<String> choices(Conversation conversation) {
        return conversation
                .state(Onboarding.class)
                .map(state -> switch (state) {
                    case INTERESTS -> interests(Profile.of(conversation).interests());
                    case CONFIRM -> List.of("yes", "no");
                    case NAME, AGE, CITY, CHATTING -> List.<String>of();
                })
                .orElse(List.of());
    }

    private static List<String> interests(List<String> soFar) {
        Stream<String> end = soFar.isEmpty() ? Stream.of() : Stream.of(DONE);
        return Stream.concat(SUGGESTED_INTERESTS.stream().filter(interest -> !soFar.contains(interest)), end)
                .toList();
    }

    /** Where the user is, if anywhere. */
    static Optional<String> status(Conversation conversation) {
        return conversation.state(Onboarding.class).map(state -> switch (state) {
            case NAME -> "I am waiting for your name.";
            case AGE -> "I am waiting for your age.";
            case CITY -> "I am waiting for your city.";
            case INTERESTS -> "I am waiting for your interests.";
            case CONFIRM -> "I am waiting for your yes or no.";
            case CHATTING -> String.format(Locale.ROOT, "You are all set: %s.", summary(Profile.of(conversation)));
        });
    }

    private static String summary(Profile profile) {
        return String.format(
                Locale.ROOT,
                "%s, %s, from %s, interested in %s",
                name(profile),
                profile.age(),
                city(profile),
                listed(profile.interests()));
    }

    private static String name(Profile profile) {
        return brief(profile.name(), Profile.LONGEST_NAME);
    }

    private static String city(Profile profile) {
        return brief(profile.city(), Profile.LONGEST_CITY);
    }

    private static String listed(List<String> interests) {
        Stream<String> shown = interests.stream()
                .limit(Profile.MOST_INTERESTS)
                .map(interest -> brief(interest, Profile.LONGEST_INTEREST));
        Stream<String> rest = interests.size() > Profile.MOST_INTERESTS ? Stream.of("…") : Stream.of();
        return Stream.concat(shown, rest).collect(Collectors.joining(", "));
    }

    /** The text, cut to so many characters: what is stored may be from a version of the bot that accepted more. */
    static String brief(@Nullable String text, int longest) {
        String whole = String.valueOf(text);
        return whole.codePointCount(0, whole.length()) <= longest
                ? whole
                : whole.substring(0, whole.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
