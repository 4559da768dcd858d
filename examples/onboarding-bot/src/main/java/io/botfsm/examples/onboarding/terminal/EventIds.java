package io.botfsm.examples.onboarding.terminal;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Event ids for messages from a terminal. A messenger numbers its messages and keeps the number when it delivers one
 * again; a line from a terminal has no number. It gets the microsecond in which it was read: so no line ever gets the
 * id of another, of an earlier run neither, and that would be taken for the same message delivered again.
 */
final class EventIds {
    private final InstantSource clock;
    private long last;

    EventIds(InstantSource clock) {
        this.clock = clock;
    }

    long next() {
        last = Math.max(last + 1, ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
        return last;
    }
}
