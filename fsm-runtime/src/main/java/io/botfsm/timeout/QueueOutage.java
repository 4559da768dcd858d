package io.botfsm.timeout;

import io.botfsm.internal.text.Text;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once that deadlines are not fired because the queue is unavailable, and once that they are fired again.
 * Thread-safe.
 */
final class QueueOutage {
    private static final Logger LOG = LoggerFactory.getLogger(QueueOutage.class.getPackageName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int MOST_DOUBLINGS = 5;

    private int failures;
    private boolean isOfHandlers;
    private long since;

    /** Registers an outage that a handler reported. It ends when a handler has succeeded, whatever the queue does. */
    synchronized void handlerFailed(Throwable why, long nanos) {
        isOfHandlers = true;
        var unused = failed(why, nanos);
    }

    /** Registers a failure of the queue. Returns how long to wait before the next attempt. */
    synchronized Duration failed(Throwable why, long nanos) {
        if (failures++ == 0) {
            since = nanos;
            LOG.warn("Timeouts are not being fired; trying again: {}", Text.oneLine(why.toString()));
        } else {
            LOG.debug("Timeouts are still not being fired: {}", Text.oneLine(why.toString()));
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** Registers a successful call of the queue. */
    synchronized void queueSucceeded(long nanos) {
        if (!isOfHandlers) {
            handlerSucceeded(nanos);
        }
    }

    synchronized void handlerSucceeded(long nanos) {
        if (failures > 0) {
            failures = 0;
            isOfHandlers = false;
            LOG.info("Timeouts are being fired again, after {} ms", (nanos - since) / 1_000_000);
        }
    }
}
