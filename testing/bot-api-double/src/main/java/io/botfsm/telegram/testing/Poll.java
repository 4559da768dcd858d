package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.Optional;

/**
 * One call of {@code getUpdates} that was processed, with a valid token and no fault before it; it may still be held
 * open.
 *
 * @param poller the poller: the request's header {@code X-Poller}, or else its connection
 * @param connection the address and port that the request came from; one process may use several in turn
 * @param userAgent the request's header, empty if absent
 * @param offset the requested offset
 * @param limit the effective limit, 1 to 100
 * @param timeout the effective timeout in seconds, 0 to 50
 * @param begunNanos when it arrived, by {@link System#nanoTime()} of this process
 * @param begun the same on the wall clock
 * @param endedNanos when it stopped being served, empty while it is held; the 409 of a conflict may be sent later
 * @param ended the same on the wall clock
 * @param answered how many updates it returned
 * @param firstUpdate the id of the first of them
 * @param outcome how it ended
 */
public record Poll(
        String poller,
        String connection,
        Optional<String> userAgent,
        long offset,
        int limit,
        int timeout,
        long begunNanos,
        Instant begun,
        Optional<Long> endedNanos,
        Optional<Instant> ended,
        int answered,
        Optional<Long> firstUpdate,
        Outcome outcome) {
    /** How a poll ended. */
    public enum Outcome {
        /** It is still held open. */
        HELD,
        /** It was answered with updates. */
        UPDATES,
        /** It was answered with none, at once or at its timeout. */
        NOTHING,
        /** It was answered 409: a newer poll took its place, or there is a webhook. */
        CONFLICT,
        /** Its client closed the connection before the response, because it cancelled the call or died. */
        GONE,
        /** The double was closed. */
        CLOSED
    }

    /** Returns whether both were being served at the same time. */
    public boolean overlaps(Poll other) {
        return beganBeforeEndOf(other) && other.beganBeforeEndOf(this);
    }

    private boolean beganBeforeEndOf(Poll other) {
        return other.endedNanos.map(end -> begunNanos - end < 0).orElse(true);
    }
}
