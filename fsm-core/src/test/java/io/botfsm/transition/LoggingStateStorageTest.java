package io.botfsm.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.OneConversation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

final class LoggingStateStorageTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(-2).user(3).build();

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.transition");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final OneConversation backend = new OneConversation();
    private final StateStorage storage = new LoggingStateStorage(backend);

    @BeforeEach
    void capture() {
        logger.setLevel(Level.TRACE);
        logger.setAdditive(false);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void release() {
        logger.detachAndStopAllAppenders();
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private static Outcome write(StateStorage storage, StorageKey key, Mutation.Builder change) {
        return storage.write(key, change.build()).toCompletableFuture().join();
    }

    private ILoggingEvent only() {
        assertThat(log.list).hasSize(1);
        return log.list.get(0);
    }

    private static List<String> pairs(ILoggingEvent event) {
        return event.getKeyValuePairs().stream()
                .map((KeyValuePair pair) -> pair.key + "=" + pair.value)
                .toList();
    }

    @Test
    void changeIsOneEvent() {
        write(storage, KEY, Mutation.builder().state("Onboarding:NAME"));
        log.list.clear();
        backend.now = backend.now.plusMillis(90_061);
        write(storage, KEY, Mutation.builder().state("Onboarding:AGE").put("name", "\"Ann\""));
        assertThat(only().getFormattedMessage())
                .isEqualTo("FSM state changed: bot=1 chat=-2 user=3 Onboarding:NAME → Onboarding:AGE");
        assertThat(only().getLevel()).isEqualTo(Level.INFO);
        assertThat(only().getLoggerName()).isEqualTo("io.botfsm.transition");
        assertThat(pairs(only()))
                .containsExactly(
                        "bot=1",
                        "chat=-2",
                        "user=3",
                        "from=Onboarding:NAME",
                        "to=Onboarding:AGE",
                        "timeInPreviousState=90061");
    }

    @Test
    void beginningAndClearingAreChangesToo() {
        write(storage, KEY, Mutation.builder().state("A"));
        assertThat(only().getFormattedMessage()).endsWith(" (none) → A");
        log.list.clear();
        write(storage, KEY, Mutation.builder().clearState().replaceData(Map.of()));
        assertThat(only().getFormattedMessage()).endsWith(" A → (none)");
        assertThat(pairs(only())).contains("from=A", "to=(none)");
    }

    @Test
    void unchangedStateLogsNothing() {
        write(storage, KEY, Mutation.builder().put("a", "1"));
        write(storage, KEY, Mutation.builder().clearState());
        assertThat(log.list).isEmpty();
        write(storage, KEY, Mutation.builder().state("A"));
        log.list.clear();
        write(storage, KEY, Mutation.builder().state("A"));
        write(storage, KEY, Mutation.builder().put("a", "2"));
        write(storage, KEY, Mutation.builder());
        assertThat(log.list).isEmpty();
    }

    @Test
    void refusedWritesAndReadsLogNothing() {
        write(storage, KEY, Mutation.builder().state("A").fencingToken(5).eventId(1));
        log.list.clear();
        write(storage, KEY, Mutation.builder().state("B").expectState("Z"));
        write(storage, KEY, Mutation.builder().state("B").eventId(1));
        write(storage, KEY, Mutation.builder().state("B").fencingToken(4));
        storage.read(KEY).toCompletableFuture().join();
        assertThat(log.list).isEmpty();
    }

    @Test
    void failedWriteLogsNothingAndFailsAsItDid() {
        FsmException failure = new FsmException("away");
        backend.failure = Optional.of(failure);
        assertThatThrownBy(() -> write(storage, KEY, Mutation.builder().state("A")))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(failure);
        assertThat(log.list).isEmpty();
    }

    @Test
    void dataNeverAppears() {
        write(
                storage,
                KEY,
                Mutation.builder().state("A").put("card", "\"4111\"").put("pin", "\"9999\""));
        assertThat(only().getFormattedMessage() + pairs(only())).doesNotContain("4111", "card", "9999", "pin");
    }

    @Test
    void partsThatAreThereAreNamed() {
        StorageKey key = StorageKey.bot(1)
                .chat(2)
                .user(3)
                .thread(4)
                .business("b")
                .destiny("d")
                .build();
        write(storage, key, Mutation.builder().state("A"));
        assertThat(only().getFormattedMessage())
                .isEqualTo("FSM state changed: bot=1 chat=2 user=3 thread=4 business=b destiny=d (none) → A");
        assertThat(pairs(only()))
                .containsExactly(
                        "bot=1", "chat=2", "user=3", "thread=4", "business=b", "destiny=d", "from=(none)", "to=A");
    }

    @Test
    void controlCharactersAreEscaped() {
        StorageKey key = StorageKey.bot("1\n2")
                .chat("c\r")
                .user("\u001b[31m")
                .thread("\u2028")
                .build();
        write(storage, key, Mutation.builder().state("A\nFSM state changed: forged"));
        assertThat(only().getFormattedMessage() + pairs(only()))
                .doesNotContain("\n", "\r", "\u001b", "\u2028")
                .contains("1\\u000a2", "A\\u000aFSM");
    }

    @Test
    void idsAndStatesForgeNoFieldsAndNoOtherState() {
        write(
                storage,
                StorageKey.bot(1).chat("2 user=1").user("3\" to=\"X").build(),
                Mutation.builder().state("(none) → A user=5"));
        assertThat(only().getFormattedMessage())
                .isEqualTo("FSM state changed: bot=1 chat=\"2 user=1\" user=\"3\\\" to=\\\"X\" (none)"
                        + " → \"(none) → A user=5\"");
        assertThat(pairs(only())).contains("chat=2 user=1", "user=3\\\" to=\\\"X", "to=(none) → A user=5");
    }

    @Test
    void bracesInIdsAndStatesAreNoPlaceholders() {
        write(
                storage,
                StorageKey.bot("{}").chat("{}").user(3).build(),
                Mutation.builder().state("{}"));
        assertThat(only().getFormattedMessage())
                .isEqualTo("FSM state changed: bot=\"{}\" chat=\"{}\" user=3 (none) → \"{}\"");
    }

    @Test
    void loggerAndLevelCanBeChosen() {
        Logger mine = (Logger) LoggerFactory.getLogger("my.bot");
        mine.addAppender(log);
        mine.setLevel(Level.DEBUG);
        try {
            write(
                    new LoggingStateStorage(backend, mine, org.slf4j.event.Level.DEBUG),
                    KEY,
                    Mutation.builder().state("A"));
            assertThat(only().getLevel()).isEqualTo(Level.DEBUG);
            assertThat(only().getLoggerName()).isEqualTo("my.bot");
            mine.setLevel(Level.INFO);
            write(
                    new LoggingStateStorage(backend, mine, org.slf4j.event.Level.DEBUG),
                    KEY,
                    Mutation.builder().state("B"));
            assertThat(log.list).hasSize(1);
        } finally {
            mine.detachAppender(log);
            mine.setLevel(null);
        }
    }

    @Test
    void failingLoggerDoesNotFailTheWrite() {
        logger.addAppender(FailingAppender.started());
        assertThat(write(storage, KEY, Mutation.builder().state("A"))).isInstanceOf(Applied.class);
        assertThat(Thread.interrupted()).as("interrupted").isFalse();
    }
}
