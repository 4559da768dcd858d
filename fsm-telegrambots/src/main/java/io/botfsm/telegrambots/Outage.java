package io.botfsm.telegrambots;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether what handlers need is away: then there is no use in trying others. Thread-safe. */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);

    private final Backoff backoff;
    private int times;
    private long until;

    Outage(Backoff backoff) {
        this.backoff = backoff;
    }

    /** When it is worth trying again; that many handlers fail at once counts once. */
    synchronized long failed(Entry entry, Throwable why, long now) {
        if (!isOn(now)) {
            times++;
            long pause = backoff.after(times).toNanos();
            until = now + pause;
            LOG.warn(
                    "{} was not handled and comes again; trying again in {} ms: {}",
                    entry,
                    pause / 1_000_000,
                    why.toString());
        }
        return until;
    }

    synchronized boolean isOn(long now) {
        return times > 0 && until - now > 0;
    }

    synchronized long until() {
        return until;
    }

    synchronized void over() {
        if (times > 0) {
            LOG.info("Updates are handled again");
        }
        times = 0;
    }
}
