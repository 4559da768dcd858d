package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.Optional;

/**
 * A request of the bot that has been answered, or dropped.
 *
 * @param method as the bot wrote it
 * @param parameters a JSON object
 * @param poller who called: the request's header {@code X-Poller}, else its connection
 * @param connection the address and port that it came from
 * @param userAgent the request's header, empty if absent
 * @param begunNanos when it arrived, by {@link System#nanoTime()} of this process
 * @param begun the same on the wall clock
 * @param endedNanos when its answer was ready
 * @param ended the same on the wall clock
 * @param status the HTTP status, {@link #DROPPED} if a fault kept the answer back, or the client of a held poll had
 *     gone
 */
public record BotRequest(
        String method,
        String parameters,
        String poller,
        String connection,
        Optional<String> userAgent,
        long begunNanos,
        Instant begun,
        long endedNanos,
        Instant ended,
        int status) {
    /** The status of a request that got no answer. */
    public static final int DROPPED = 0;
}
