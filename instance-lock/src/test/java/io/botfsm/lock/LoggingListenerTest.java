package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log lines of events; {@link QuarantineTest} tests that of a quarantine. */
class LoggingListenerTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.lock");
    private final Level level = logger.getLevel();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        logger.setLevel(level);
    }

    private void logs(LockEvent event, Level expectedLevel, String expected) {
        LoggingListener.INSTANCE.on(event);

        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(expectedLevel);
            assertThat(line.getFormattedMessage()).isEqualTo(expected);
        });
    }

    /** The lock was held throughout. */
    @Test
    void aRenewalAfterFailuresSaysNothingOfALoss() {
        logs(new LockEvent.RenewedLate("bot", 1, 2), Level.INFO, "Lock \"bot\" renewed after 2 failed attempts");
    }

    @Test
    void aRenewalAfterAClockJumpSaysThatTheLockIsHeldAgain() {
        logs(
                new LockEvent.RenewedLate("bot", 1, 0),
                Level.INFO,
                "Lock \"bot\" renewed: held again after the clock jump");
    }

    @Test
    void anImplausibleTokenSaysWhatAnOperatorHasToDo() {
        logs(
                new LockEvent.ImplausibleToken("bot", 1, 9_007_199_254_740_991L),
                Level.ERROR,
                "Lock \"bot\" keeps its token: a write was refused because of the fencing token 9007199254740991, which no"
                        + " lease can have had. That conversation refuses every instance until an operator removes its"
                        + " fence");
    }

    @Test
    void aClockJumpSaysWhatMayHaveHappened() {
        logs(
                new LockEvent.ClockJumped("bot", 1, Duration.ofSeconds(10)),
                Level.WARN,
                "Lock \"bot\" is not considered held until it is renewed: the wall clock jumped ahead by PT10S (machine"
                        + " suspended, or clock set)");
    }
}
