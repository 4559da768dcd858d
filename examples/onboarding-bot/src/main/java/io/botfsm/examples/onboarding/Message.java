package io.botfsm.examples.onboarding;

import io.botfsm.StorageKey;

/**
 * A message as a messenger delivers it.
 *
 * @param key whose conversation it belongs to
 * @param eventId the id by which the messenger would deliver it again, such as Telegram's update id
 * @param text what the user wrote
 */
public record Message(StorageKey key, long eventId, String text) {}
