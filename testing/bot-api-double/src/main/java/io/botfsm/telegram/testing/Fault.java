package io.botfsm.telegram.testing;

import java.time.Duration;
import java.util.OptionalInt;

/** What happens to a request instead of, or besides, being executed. */
public sealed interface Fault {
    /** Refused without being executed, with an HTTP status and Telegram's form of an error. */
    static Fault status(int status, String description) {
        return new Refused(status, description, OptionalInt.empty());
    }

    /** 502, as when Telegram's servers are restarted. */
    static Fault badGateway() {
        return status(502, "Bad Gateway");
    }

    /** 429 with {@code retry_after} in seconds, of any number: a bot has to bear what Telegram would not say. */
    static Fault tooManyRequests(int retryAfter) {
        return new Refused(429, "Too Many Requests: retry after " + retryAfter, OptionalInt.of(retryAfter));
    }

    /** Not executed, and the connection is closed without an answer. */
    static Fault dropBefore() {
        return new Dropped(false);
    }

    /** Executed, but the connection is closed without an answer. */
    static Fault dropAfter() {
        return new Dropped(true);
    }

    /** Executed after a pause. */
    static Fault delay(Duration pause) {
        return new Delayed(pause);
    }

    /**
     * A refusal.
     *
     * @param status the HTTP status, 400 to 599
     * @param description in words
     * @param retryAfter seconds to wait, of any number, empty if not told
     */
    record Refused(int status, String description, OptionalInt retryAfter) implements Fault {
        /** Checks the status. */
        public Refused {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException("not the status of an error: " + status);
            }
        }
    }

    /**
     * A lost connection.
     *
     * @param executed whether the request was executed before
     */
    record Dropped(boolean executed) implements Fault {}

    /**
     * A late execution.
     *
     * @param pause before it
     */
    record Delayed(Duration pause) implements Fault {
        /** Checks the pause. */
        public Delayed {
            if (pause.isNegative()) {
                throw new IllegalArgumentException("negative pause: " + pause);
            }
        }
    }
}
