package io.botfsm.examples.onboarding;

import java.util.Locale;
import java.util.Optional;

/**
 * A user's input, with runs of blanks and control characters replaced by one blank.
 *
 * @param questionOf for a button, the stored state whose question it answers; empty for typed text
 */
public record Input(String text, Optional<String> questionOf) {
    public Input {
        text = text.replaceAll("[\\p{Z}\\p{Cc}\\p{Cs}]+", " ").strip(); // Cs: unpaired surrogates only
    }

    /** Typed text, which answers whatever was asked. */
    public static Input typed(String text) {
        return new Input(text, Optional.empty());
    }

    /** The command without what follows it, such as the name of the bot in a group. */
    String command() {
        return text.split("[ @]", 2)[0].toLowerCase(Locale.ROOT);
    }
}
