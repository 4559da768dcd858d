package io.botfsm.examples.onboarding;

import io.botfsm.Conversation;
import java.util.List;
import java.util.Optional;

/**
 * What the bot answers.
 *
 * @param texts one message each; the last is the question that waits for an answer
 * @param state where the user is
 * @param choices answers to the question to choose from, for messengers with buttons; others may be typed
 */
public record Reply(List<String> texts, Optional<Onboarding> state, List<String> choices) {
    static Reply of(Conversation conversation, List<String> texts) {
        return new Reply(texts, conversation.state(Onboarding.class), Questions.choices(conversation));
    }
}
