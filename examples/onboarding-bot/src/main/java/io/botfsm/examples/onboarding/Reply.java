package io.botfsm.examples.onboarding;

import io.botfsm.Conversation;
import java.util.List;

/**
 * A message of the bot.
 *
 * @param state the stored state whose question this is, for the data of its buttons; empty if there are none
 * @param choices answers to choose from, for messengers with buttons; others may be typed
 */
public record Reply(String text, String state, List<String> choices) {
    static Reply of(String text) {
        return new Reply(text, "", List.of());
    }

    static Reply of(Conversation now, String text, List<String> choices) {
        return new Reply(text, now.state().orElse(""), choices);
    }
}
