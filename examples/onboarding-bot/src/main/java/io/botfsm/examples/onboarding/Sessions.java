package io.botfsm.examples.onboarding;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;

/** Where each conversation is saved a second time, after its turn was committed. */
@FunctionalInterface
public interface Sessions {
    /** Saves nothing. */
    Sessions NONE = (key, now, eventId) -> {};

    /**
     * Saves the conversation as it is now, unless a newer one is saved. May be called again for the same turn.
     *
     * @param eventId the event that was handled
     * @throws io.botfsm.storage.FsmException if it could not be saved
     */
    void save(StorageKey key, Snapshot now, long eventId);
}
