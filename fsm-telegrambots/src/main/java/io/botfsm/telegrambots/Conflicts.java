package io.botfsm.telegrambots;

import io.botfsm.telegrambots.PollingConflict.Kind;
import java.time.Duration;
import java.util.Locale;

/** The 409s in a row. Confined to the poller's thread. */
final class Conflicts {
    private final long start;
    /** How long Telegram may go on to hold a call that a dead instance has left open. */
    private final Duration grace;

    private int times;
    private long first;

    Conflicts(long start, Duration grace) {
        this.start = start;
        this.grace = grace;
    }

    PollingConflict next(String description, long now) {
        if (times == 0) {
            first = now;
        }
        times++;
        return new PollingConflict(kind(description, now), times, Duration.ofNanos(now - first), description);
    }

    private Kind kind(String description, long now) {
        if (description.toLowerCase(Locale.ROOT).contains("webhook")) {
            return Kind.WEBHOOK;
        }
        return now - start < grace.toNanos() ? Kind.FORMER_INSTANCE : Kind.OTHER_POLLER;
    }

    void over() {
        times = 0;
    }
}
