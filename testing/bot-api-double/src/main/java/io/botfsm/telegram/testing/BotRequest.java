package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.Optional;

/**
 * A request of the bot that was answered or dropped.
 *
 * @param method as the bot wrote it
 * @param parameters a JSON object
 * @param poller the caller: the request's header {@code X-Poller}, or else its connection
 * @param connection the address and port that it came from
 * @param userAgent the request's header, empty if absent
 * @param begunNanos when it arrived, by {@link System#nanoTime()} of this process
 * @param begun the same on the wall clock
 * @param endedNanos when its answer was ready
 * @param ended the same on the wall clock
 * @param status the HTTP status, {@link #DROPPED} if a fault suppressed the response, or the client of a held poll had
 *     disconnected
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
    /** The status of a request without a response. */
    public static final int DROPPED = 0;
}
