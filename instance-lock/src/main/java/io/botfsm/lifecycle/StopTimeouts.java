package io.botfsm.lifecycle;

import java.time.Duration;

/**
 * How long the parts of a run may take.
 *
 * @param stopPolling the bot, to take on no more work
 * @param drain the bot, to finish what it has begun
 * @param interrupted a start or an attempt at the lock that was interrupted, to end
 * @param release the lock, to tell its store
 * @param pause between two generations
 */
record StopTimeouts(Duration stopPolling, Duration drain, Duration interrupted, Duration release, Duration pause) {
    static final StopTimeouts DEFAULT = new StopTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1));

    /** So that a bot which keeps to the timeout it was told is not taken for one that did not. */
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

    /** From the request to stop until the lock is closed. */
    Duration longestStop() {
        return interrupted
                .plus(stopPolling)
                .plus(drainStep())
                .plus(release.multipliedBy(2))
                .plus(DRAIN_MARGIN);
    }
}
