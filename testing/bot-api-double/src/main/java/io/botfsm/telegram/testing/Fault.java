package io.botfsm.telegram.testing;

import java.time.Duration;
import java.util.OptionalInt;

/** A fault that happens to a request, in place of or in addition to its execution. */
public sealed interface Fault {
    /** Refuses the request without executing it, with an HTTP status and an error in Telegram's format. */
    static Fault status(int status, String description) {
        return new Refused(status, description, OptionalInt.empty());
    }

    /** 502, as when Telegram's servers are restarted. */
    static Fault badGateway() {
        return status(502, "Bad Gateway");
    }

    /** 429 with {@code retry_after} in seconds. Any number is allowed, even one that Telegram would not send. */
    static Fault tooManyRequests(int retryAfter) {
        return new Refused(429, "Too Many Requests: retry after " + retryAfter, OptionalInt.of(retryAfter));
    }

    /** Closes the connection without executing the request or responding. */
    static Fault dropBefore() {
        return new Dropped(false);
    }

    /** Executes the request, but closes the connection without responding. */
    static Fault dropAfter() {
        return new Dropped(true);
    }

    /** Executes the request after a pause. */
    static Fault delay(Duration pause) {
        return new Delayed(pause);
    }

    /**
     * A refusal.
     *
     * @param status the HTTP status, 400 to 599
     * @param description the description
     * @param retryAfter the seconds to wait, any number; empty for none
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
