package io.botfsm.examples.onboarding;

import io.botfsm.Conversation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a user has told so far; what was not asked yet is null. In the storage, each component is an entry of its own.
 */
public record Profile(
        @Nullable String name,
        @Nullable Integer age,
        @Nullable String city,
        List<String> interests) {

    static final Profile EMPTY = new Profile(null, null, null, List.of());

    // Together they keep every reply well below what a messenger takes; Telegram refuses more than 4,096 UTF-16 code
    // units.
    static final int LONGEST_NAME = 100;
    static final int LONGEST_CITY = 100;
    static final int LONGEST_INTEREST = 50;
    static final int MOST_INTERESTS = 20;

    private static final int OLDEST = 120;

    public Profile {
        // What the storage does not hold yet is read as null.
        interests = interests == null ? List.of() : List.copyOf(interests);
    }

    /** What the user of this conversation has told so far. */
    static Profile of(Conversation conversation) {
        return conversation.data(Profile.class).orElse(EMPTY);
    }

    /** The age that a text tells, if it is one. */
    static Optional<Integer> age(String text) {
        try {
            return Optional.of(Integer.valueOf(text)).filter(age -> age >= 1 && age <= OLDEST);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    Profile withName(String told) {
        return new Profile(told, age, city, interests);
    }

    Profile withAge(int told) {
        return new Profile(name, told, city, interests);
    }

    Profile withCity(String told) {
        return new Profile(name, age, told, interests);
    }

    Profile withInterest(String told) {
        List<String> more =
                Stream.concat(interests.stream(), Stream.of(told)).distinct().toList();
        return new Profile(name, age, city, more);
    }
}
