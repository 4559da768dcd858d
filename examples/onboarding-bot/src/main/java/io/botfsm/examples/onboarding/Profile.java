package io.botfsm.examples.onboarding;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a user has told so far; what was not asked yet is null. */
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

    /** The age that a text tells, if it is one. */
    static Optional<Integer> age(String text) {
        try {
            return Optional.of(Integer.valueOf(text)).filter(age -> age >= 1 && age <= 120);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    Profile withInterest(String told) {
        return new Profile(
                name,
                age,
                city,
                Stream.concat(interests.stream(), Stream.of(told)).distinct().toList());
    }

    String shownName() {
        return brief(name, LONGEST_NAME);
    }

    String shownCity() {
        return brief(city, LONGEST_CITY);
    }

    String shownInterests() {
        String shown = interests.stream()
                .limit(MOST_INTERESTS)
                .map(interest -> brief(interest, LONGEST_INTEREST))
                .collect(Collectors.joining(", "));
        return interests.size() > MOST_INTERESTS ? shown + ", …" : shown;
    }

    String summary() {
        return String.format(
                Locale.ROOT, "%s, %s, from %s, interested in %s", shownName(), age, shownCity(), shownInterests());
    }

    /** The text, cut to so many characters: what is stored may be from a version of the bot that accepted more. */
    static String brief(@Nullable String text, int longest) {
        String whole = String.valueOf(text);
        return whole.codePointCount(0, whole.length()) <= longest
                ? whole
                : whole.substring(0, whole.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
