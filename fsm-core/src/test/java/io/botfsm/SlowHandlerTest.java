package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.botfsm.Handled.Done;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.FailingAppender;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Handlers that run longer than the time for which conflicts are retried. */
@Timeout(60)
class SlowHandlerTest {
    private static final Duration LIMIT = Duration.ofMillis(20);
    private static final String WARNING =
            "bot=1 chat=2 user=3: handler \\S+SlowHandlerTest\\S* ran for \\d+ ms, longer than the timeout of PT0.02S\\. .*";
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private final FsmTestStorage storage = new FsmTestStorage();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm");
    private final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event);
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void close() {
        logger.detachAppender(appender);
        storage.close();
    }

    private Fsm fsm(Duration timeout) {
        return Fsm.builder(storage).timeout(timeout).build();
    }

    private static String slow(Turn turn) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun <= 2 * LIMIT.toNanos()) {
            Thread.onSpinWait();
        }
        turn.put("secret", "4711");
        return "done";
    }

    private void isWarnedOf(int handlers) {
        assertThat(logged).hasSize(handlers).allSatisfy(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage()).matches(WARNING).doesNotContain("4711");
        });
    }

    @Test
    void areNamedAndTheirChangesAreWritten() {
        Handled<String> handled = fsm(LIMIT).handle(KEY, 7, SlowHandlerTest::slow);

        assertThat(handled).isInstanceOf(Done.class);
        assertThat(fsm(LIMIT).context(KEY).value("secret", String.class)).isEqualTo(Optional.of("4711"));
        isWarnedOf(1);
    }

    @Test
    void areNamedWhenTheyRunOnTheExecutor() {
        assertThat(fsm(LIMIT).handleAsync(KEY, 7, SlowHandlerTest::slow).toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(30));
        isWarnedOf(1);
    }

    @Test
    void areNamedOutsideEventsToo() {
        assertThat(fsm(LIMIT).context(KEY).update(SlowHandlerTest::slow)).isEqualTo("done");
        isWarnedOf(1);
    }

    @Test
    void areWrittenWhateverTheLogDoes() {
        FailingAppender failing = FailingAppender.started();
        logger.addAppender(failing);
        try {
            assertThat(fsm(LIMIT).handle(KEY, 7, SlowHandlerTest::slow)).isInstanceOf(Done.class);
            assertThat(Thread.interrupted()).as("interrupted").isFalse();
        } finally {
            logger.detachAppender(failing);
        }
    }

    @Test
    void areNamedWhenTheyFail() {
        assertThatThrownBy(() -> fsm(LIMIT).handle(KEY, 7, turn -> {
                    slow(turn);
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);
        isWarnedOf(1);
    }

    @Test
    void areNamedAndNotRunAgainWhenAnotherWriterWasFaster() {
        storage.beforeNextWrite =
                () -> storage.apply(KEY, Mutation.builder().state("other").build());

        assertThatThrownBy(() -> fsm(LIMIT).handle(KEY, 7, SlowHandlerTest::slow))
                .isInstanceOf(ContentionException.class);
        isWarnedOf(1);
    }

    @Test
    void areNotNamedIfTheyAreInTime() {
        fsm(Duration.ofHours(1)).handle(KEY, 7, SlowHandlerTest::slow);
        assertThat(logged).isEmpty();
    }
}
