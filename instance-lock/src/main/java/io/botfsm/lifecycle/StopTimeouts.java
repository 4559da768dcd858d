package io.botfsm.lifecycle;

import java.time.Duration;

/**
 * The time limits of the parts of a run.
 *
 * @param stopPolling the time for the bot to stop accepting work
 * @param drain the time for the bot to finish what it has begun
 * @param interrupted the time for an interrupted start, or an interrupted attempt to acquire the lock, to end
 * @param release the time for the lock to notify its store
 * @param pause the pause between two generations
 */
record StopTimeouts(Duration stopPolling, Duration drain, Duration interrupted, Duration release, Duration pause) {
    static final StopTimeouts DEFAULT = new StopTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1));

    /** A margin, so that a bot that uses its whole timeout is not considered late. */
    private static final Duration DRAIN_MARGIN = Duration.ofSeconds(1);

    StopTimeouts withStopPolling(Duration timeout) {
        return new StopTimeouts(timeout, drain, interrupted, release, pause);
    }

    StopTimeouts withDrain(Duration timeout) {
        return new StopTimeouts(stopPolling, timeout, interrupted, release, pause);
    }

    Duration drainStep() {
        return drain.plus(DRAIN_MARGIN);
    }

    /** Returns the longest time from the request to stop until the lock is closed. */
    Duration longestStop() {
        return interrupted
                .plus(stopPolling)
                .plus(drainStep())
                .plus(release.multipliedBy(2))
                .plus(DRAIN_MARGIN);
    }
}
