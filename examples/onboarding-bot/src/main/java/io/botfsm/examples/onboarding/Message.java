package io.botfsm.examples.onboarding;

import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * A message as a messenger delivers it.
 *
 * @param key whose conversation it belongs to
 * @param eventId the id by which the messenger would deliver it again, such as Telegram's update id
 * @param text what the user wrote
 * @param answerTo the state whose question it answers, of a button that was pressed
 */
public record Message(StorageKey key, long eventId, String text, Optional<Onboarding> answerTo) {
    /** One that was typed, and answers whatever was asked. */
    public Message(StorageKey key, long eventId, String text) {
        this(key, eventId, text, Optional.empty());
    }
}
