package io.botfsm.examples.onboarding;

import io.botfsm.storage.StateNames;

/** Where a user is. Each state but the last is a question that waits for its answer. */
public enum Onboarding {
    NAME,
    AGE,
    CITY,
    INTERESTS,
    CONFIRM,
    CHATTING;

    /** What the first version of this bot called its states: its users find themselves where they were. */
    static void stored(StateNames<Onboarding> names) {
        names.formerly("Onboarding:HOBBIES", INTERESTS);
    }
}
