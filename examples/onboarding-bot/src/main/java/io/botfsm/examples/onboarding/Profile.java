package io.botfsm.examples.onboarding;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A user's answers so far; an answer not given yet is null. */
public record Profile(
        @Nullable String name,
        @Nullable Integer age,
        @Nullable String city,
        List<String> interests) {
    // Together they keep every reply well below what a messenger takes; Telegram refuses more than 4,096 UTF-16 code
    // units.
    static final int LONGEST_NAME = 100;
    static final int LONGEST_CITY = 100;
    static final int LONGEST_INTEREST = 50;
    static final int MOST_INTERESTS = 20;

    public Profile {
        interests = interests == null ? List.of() : List.copyOf(interests); // none is stored yet
    }

    /** Parses an age; empty if the text is not a whole number from 1 to 120. */
    static Optional<Integer> age(String text) {
        try {
            return Optional.of(Integer.valueOf(text)).filter(age -> age >= 1 && age <= 120);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    Profile withInterest(String interest) {
        return new Profile(
                name,
                age,
                city,
                Stream.concat(interests.stream(), Stream.of(interest))
                        .distinct()
                        .toList());
    }

    String shownName() {
        return shortened(name, LONGEST_NAME);
    }

    String shownCity() {
        return shortened(city, LONGEST_CITY);
    }

    String shownInterests() {
        String shown = interests.stream()
                .limit(MOST_INTERESTS)
                .map(interest -> shortened(interest, LONGEST_INTEREST))
                .collect(Collectors.joining(", "));
        return interests.size() > MOST_INTERESTS ? shown + ", …" : shown;
    }

    String summary() {
        return String.format(
                Locale.ROOT, "%s, %s, from %s, interested in %s", shownName(), age, shownCity(), shownInterests());
    }

    /** The text, cut to {@code longest} characters: a version of the bot that accepted more may have stored it. */
    static String shortened(@Nullable String text, int longest) {
        String whole = String.valueOf(text);
        return whole.codePointCount(0, whole.length()) <= longest
                ? whole
                : whole.substring(0, whole.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
