package io.botfsm.telegrambots;

import io.botfsm.internal.text.Text;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports an outage once, and its end once. Thread-safe. */
final class OutageLog {
    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class.getPackageName());

    private boolean announced;
    private long since;

    /**
     * Logs a failure of a handler that may be due to an outage.
     *
     * @param suspects the number of conversations whose failures may be due to an outage
     * @param first whether this is the first such failure of the update
     */
    synchronized void suspected(
            PendingUpdate update, Throwable why, long suspects, boolean first, Duration pause, long now) {
        if (!announced && suspects > 1) {
            announced = true;
            since = now;
            LOG.warn(
                    "{} conversations fail, possibly because of an outage; their updates are retried, and these attempts do"
                            + " not count for now. Latest: {}",
                    suspects,
                    Text.oneLine(why.toString()));
        } else if (!announced && first) {
            LOG.warn(
                    "{} was not handled; trying again in {} ms: {}",
                    update,
                    pause.toMillis(),
                    Text.oneLine(why.toString()));
        } else {
            LOG.debug(
                    "{} was not handled; trying again in {} ms: {}",
                    update,
                    pause.toMillis(),
                    Text.oneLine(why.toString()));
        }
    }

    /** An update was handled, and no conversation is suspect any more. */
    synchronized void over(long now) {
        if (announced) {
            announced = false;
            LOG.info("Updates are being handled again, after {} ms", (now - since) / 1_000_000);
        }
    }
}
