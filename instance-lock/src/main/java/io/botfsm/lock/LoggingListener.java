package io.botfsm.lock;

import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** Logs the events of a lock. */
enum LoggingListener implements LockListener {
    INSTANCE;

    private static final Logger LOGGER = LoggerFactory.getLogger(LoggingListener.class.getPackageName());

    /** Returns whether the event would be logged at the configured level. */
    boolean logs(LockEvent event) {
        boolean ordinary = event instanceof LockEvent.Activated
                || event instanceof LockEvent.Quarantined
                || event instanceof LockEvent.RenewedLate
                || (event instanceof LockEvent.Released released && released.confirmed());
        return !ordinary || LOGGER.isInfoEnabled();
    }

    @Override
    public void on(LockEvent event) {
        if (event instanceof LockEvent.Activated acquired) {
            acquired(acquired);
        } else if (event instanceof LockEvent.Quarantined e) {
            at(Level.INFO, e, e.fencingToken())
                    .log(
                            "Lock \"{}\" granted, but the store may have forgotten an earlier holder. Waiting {} (until {})"
                                    + " for that holder's lease to expire",
                            name(e),
                            rounded(e.remaining()),
                            Instant.now().plus(e.remaining()).truncatedTo(ChronoUnit.SECONDS));
        } else if (event instanceof LockEvent.Degraded e) {
            at(Level.WARN, e, e.fencingToken())
                    .log(
                            "Lock \"{}\" could not be renewed; retrying. It will be lost in {} unless a renewal succeeds: {}",
                            name(e),
                            e.untilLost(),
                            UnicodeText.oneLine(e.cause().toString()));
        } else if (event instanceof LockEvent.ClockJumped e) {
            at(Level.WARN, e, e.fencingToken())
                    .log(
                            "Lock \"{}\" is not considered held until it is renewed: the wall clock jumped ahead by {}"
                                    + " (machine suspended, or clock set)",
                            name(e),
                            e.ahead());
        } else if (event instanceof LockEvent.RenewedLate e) {
            renewedLate(e);
        } else if (event instanceof LockEvent.Expiring e) {
            at(Level.WARN, e, e.fencingToken()).log("Lock \"{}\" will be lost in {}: stopping", name(e), e.untilLost());
        } else if (event instanceof LockEvent.ImplausibleToken e) {
            at(Level.ERROR, e, e.fencingToken())
                    .log(
                            "Lock \"{}\" keeps its token: a write was refused because of the fencing token {}, which no"
                                    + " lease can have had. That conversation refuses every instance until an operator"
                                    + " removes its fence",
                            name(e),
                            e.seen());
        } else if (event instanceof LockEvent.Lost e) {
            at(Level.ERROR, e, e.fencingToken()).log("Lock \"{}\" lost: {}", name(e), e.reason());
        } else if (event instanceof LockEvent.Released e) {
            released(e);
        } else if (event instanceof LockEvent.HeldForever e) {
            LOGGER.atError()
                    .addKeyValue("lock", name(e))
                    .log(
                            "Lock \"{}\" is held without an expiry by {}: an operator has to release it",
                            name(e),
                            e.holder());
        }
    }

    /** Rounds up, to whole seconds if that is precise enough. */
    private static Duration rounded(Duration d) {
        return d.compareTo(Duration.ofSeconds(1)) < 0
                ? d
                : Duration.ofSeconds(d.plusMillis(999).toSeconds());
    }

    private static void acquired(LockEvent.Activated e) {
        LoggingEventBuilder log = at(Level.INFO, e, e.fencingToken());
        if (e.from().isPresent()) {
            LockHolder from = e.from().get();
            log.log(
                    "Lock \"{}\" taken over from process {} on {}",
                    name(e),
                    from.pid(),
                    UnicodeText.field(from.host()));
        } else {
            log.log("Lock \"{}\" acquired", name(e));
        }
    }

    private static void renewedLate(LockEvent.RenewedLate e) {
        LoggingEventBuilder log = at(Level.INFO, e, e.fencingToken());
        if (e.failures() > 0) { // it may have been held throughout
            log.log("Lock \"{}\" renewed after {} failed attempts", name(e), e.failures());
        } else {
            log.log("Lock \"{}\" renewed: held again after the clock jump", name(e));
        }
    }

    private static void released(LockEvent.Released e) {
        if (e.confirmed()) {
            at(Level.INFO, e, e.fencingToken()).log("Lock \"{}\" released", name(e));
        } else {
            at(Level.WARN, e, e.fencingToken())
                    .log(
                            "Lock \"{}\" given up, but the store did not confirm it: it may stay held until it expires",
                            name(e));
        }
    }

    private static String name(LockEvent event) {
        return UnicodeText.printable(event.name());
    }

    private static LoggingEventBuilder at(Level level, LockEvent event, long token) {
        return LOGGER.atLevel(level).addKeyValue("lock", name(event)).addKeyValue("fencingToken", token);
    }
}
