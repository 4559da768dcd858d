package io.botfsm.monitoring;

import java.time.Duration;

/** What something that polls a messenger for updates reports about itself. Every method returns at once. */
public interface PollingStatus {
    /** Whether it polls; false for good once it was stopped or has lost its lease. */
    boolean isPolling();

    /** Whether it has ended by a failure that will not pass, such as a revoked token; false if it was stopped. */
    boolean hasFailed();

    /** How long ago the messenger last answered with updates or with none; before that, how long ago polling began. */
    Duration sinceLastPoll();

    /** How many updates wait or are being handled. */
    int pending();

    /** How long the oldest of those updates has been here; zero if there is none. */
    Duration lag();

    /** How often the messenger has refused since somebody else polls the same bot, such as by Telegram's 409. */
    long conflicts();

    /** How many updates were given up since their handlers failed. */
    long deadLetters();
}
