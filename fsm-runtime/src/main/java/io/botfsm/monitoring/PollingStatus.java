package io.botfsm.monitoring;

import java.time.Duration;

/** The status of a component that polls a messenger for updates. Thread-safe. Every method returns immediately. */
public interface PollingStatus {
    /** Returns whether it polls; always false after it was stopped or has lost its lease. */
    boolean isPolling();

    /**
     * Returns whether it has ended because of a permanent failure, such as a revoked token; false if it was stopped.
     */
    boolean hasFailed();

    /**
     * Returns the time since the messenger last answered, with or without updates; before that, since polling began.
     */
    Duration sinceLastPoll();

    /** Returns how many updates are waiting or being handled. */
    int pending();

    /** Returns the time since the oldest of those updates was received; zero if there is none. */
    Duration lag();

    /**
     * Returns how often the messenger refused because another client polls for the same bot, such as Telegram's 409.
     */
    long conflicts();

    /** Returns how many updates were given up because their handlers failed. */
    long deadLetters();
}
