package io.botfsm.examples.onboarding;

/** Where a user is. Each state but the last is a question that waits for its answer. */
public enum Onboarding {
    NAME,
    AGE,
    CITY,
    INTERESTS,
    CONFIRM,
    CHATTING
}
