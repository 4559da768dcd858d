package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Names of locks and descriptions of holders cannot forge other parts of log lines and messages. */
class ForgedNamesTest {
    private static final String FORGED = "bot\" lost: x\n\u0085\u2028\u202e\\";
    private static final String ESCAPED = "bot\\\" lost: x\\u000a\\u0085\\u2028\\u202e\\\\";
    private static final LockHolder HOLDER = new LockHolder(FORGED, FORGED, 7, Instant.EPOCH, Duration.ofSeconds(9));

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

    @Test
    void eventsAreLoggedOnOneLineEach() {
        Throwable cause = new LeaseStoreException("no\nanswer", false, null);
        List<LockEvent> events = List.of(
                new LockEvent.Activated(FORGED, 1, Optional.of(HOLDER)),
                new LockEvent.Activated(FORGED, 1, Optional.empty()),
                new LockEvent.Quarantined(FORGED, 1, Duration.ofSeconds(1)),
                new LockEvent.Degraded(FORGED, 1, Duration.ofSeconds(1), cause),
                new LockEvent.ClockJumped(FORGED, 1, Duration.ofSeconds(1)),
                new LockEvent.RenewedLate(FORGED, 1, 1),
                new LockEvent.RenewedLate(FORGED, 1, 0),
                new LockEvent.Expiring(FORGED, 1, Duration.ofSeconds(1)),
                new LockEvent.ImplausibleToken(FORGED, 1, 2),
                new LockEvent.Lost(FORGED, 1, LossReason.EXPIRED),
                new LockEvent.Released(FORGED, 1, true),
                new LockEvent.Released(FORGED, 1, false),
                new LockEvent.HeldForever(FORGED, HOLDER));
        events.forEach(LoggingListener.INSTANCE::on);
        assertThat(log.list).hasSameSizeAs(events).allSatisfy(line -> {
            assertThat(line.getFormattedMessage()).startsWith("Lock \"" + ESCAPED + "\" ");
            isOnOneLine(line.getFormattedMessage() + line.getKeyValuePairs());
        });
    }

    private static void isOnOneLine(String line) {
        assertThat(line).doesNotContain(FORGED, "\n", "\u0085", "\u2028", "\u202e");
    }

    @Test
    void messagesAndThreadsShowNamesEscaped() {
        assertThat(Stream.of(
                        new LockUnavailableException(FORGED, "why", null),
                        new LockClosedException(FORGED),
                        new InterruptedLockException(FORGED, new InterruptedException()),
                        new LockHeldException(HOLDER)))
                .allSatisfy(e -> {
                    assertThat(e.getMessage()).contains(ESCAPED);
                    isOnOneLine(e.getMessage());
                });
        assertThat(Assertions.catchThrowable(() -> new Claim("a|\n", "")).getMessage())
                .endsWith("\"a|\\u000a\"");
        assertThat(HOLDER.toString()).contains("host=\"" + ESCAPED + "\"");
        try (InstanceLock lock =
                InstanceLock.builder(new MemoryLeaseStore(), FORGED).build()) {
            lock.tryAcquire();
            Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("lock-"))
                    .collect(Collectors.toSet());
            assertThat(threads).anyMatch(name -> name.endsWith(ESCAPED)).allSatisfy(ForgedNamesTest::isOnOneLine);
            isOnOneLine(lock.toString());
        }
    }

    @Test
    void plainTextIsNotQuoted() {
        assertThat(UnicodeText.field("host-1.example:7/имя")).isEqualTo("host-1.example:7/имя");
        assertThat(UnicodeText.field("a b")).isEqualTo("\"a b\"");
        assertThat(UnicodeText.field("")).isEqualTo("\"\"");
        assertThat(UnicodeText.oneLine("say \"\ud83d\ude00\"\t\udb40\udc41"))
                .isEqualTo("say \"\ud83d\ude00\"\\u0009\\udb40\\udc41");
    }
}
