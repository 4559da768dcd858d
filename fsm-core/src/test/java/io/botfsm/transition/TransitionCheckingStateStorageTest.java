package io.botfsm.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.Fsm;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.OneConversation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class TransitionCheckingStateStorageTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(-2).user(3).build();
    private static final TransitionRules RULES = TransitionRules.builder()
            .begin("A")
            .allow("A", "B")
            .allow("B", "A", "C")
            .end("C")
            .build();

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.transition");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final OneConversation backend = new OneConversation();
    private final StateStorage warning = new TransitionCheckingStateStorage(backend, RULES);
    private final StateStorage refusing = new TransitionCheckingStateStorage(backend, RULES, Undeclared.REFUSE);

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

    private static Outcome write(StateStorage storage, Mutation.Builder change) {
        return storage.write(KEY, change.build()).toCompletableFuture().join();
    }

    private TransitionRefusedException refused(Mutation.Builder change) {
        try {
            write(refusing, change);
        } catch (CompletionException e) {
            return (TransitionRefusedException) e.getCause();
        }
        throw new AssertionError("not refused");
    }

    @Test
    void whatIsDeclaredPassesInSilence() {
        for (StateStorage storage : new StateStorage[] {warning, refusing}) {
            write(storage, Mutation.builder().state("A").put("x", "1"));
            write(storage, Mutation.builder().state("B"));
            write(storage, Mutation.builder().state("B"));
            write(storage, Mutation.builder().state("C"));
            write(storage, Mutation.builder().clearState().replaceData(Map.of()));
        }
        assertThat(log.list).isEmpty();
    }

    @Test
    void whatIsNotDeclaredIsStoredAndWarnedOfWithoutAnyData() {
        write(warning, Mutation.builder().state("A").put("x", "\"secret\""));
        write(warning, Mutation.builder().state("C"));
        assertThat(backend.stored.state()).hasValue("C");
        assertThat(backend.reads).isZero();
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getLevel()).isEqualTo(Level.WARN);
        assertThat(log.list.get(0).getFormattedMessage()).isEqualTo(KEY + ": no rule leads from A to C");
    }

    @Test
    void whatIsRefusedNamesBothStatesAndWritesNothing() {
        write(refusing, Mutation.builder().state("A"));
        StoredConversation stored = backend.stored;
        int before = backend.writes;
        TransitionRefusedException e = refused(Mutation.builder().state("C"));
        assertThat(e).hasMessageContainingAll(KEY.toString(), "\"A\"", "\"C\"");
        assertThat(e.key()).isEqualTo(KEY);
        assertThat(e.from()).hasValue("A");
        assertThat(e.to()).hasValue("C");
        assertThat(backend.writes).isEqualTo(before);
        assertThat(backend.stored).isEqualTo(stored);
        assertThat(refused(Mutation.builder().clearState())).hasMessageContaining("no state");
        assertThat(log.list).isEmpty();
    }

    @Test
    void whatIsCarriedOverIsNotChecked() {
        for (StateStorage storage : new StateStorage[] {warning, refusing}) {
            assertThat(write(storage, Mutation.builder().carryOver().state("C")))
                    .isInstanceOf(Applied.class);
            assertThat(write(storage, Mutation.builder().carryOver().clearState()))
                    .isInstanceOf(Applied.class);
        }
        assertThat(log.list).isEmpty();
    }

    @Test
    void aWriteThatKeepsTheStateIsNotChecked() {
        backend.apply(Mutation.builder().state("nobody knows it").build());
        assertThat(write(refusing, Mutation.builder().put("x", "1"))).isInstanceOf(Applied.class);
        assertThat(backend.reads).isZero();
    }

    @Test
    void aTurnIsCheckedWithoutAnotherRead() {
        Fsm fsm = Fsm.of(refusing);
        fsm.handle(KEY, 1, turn -> turn.state("A"));
        fsm.handle(KEY, 2, turn -> turn.state("B").put("x", 1));
        assertThat(backend.reads).as("one for each turn").isEqualTo(2);
        assertThatThrownBy(() -> fsm.handle(KEY, 3, turn -> turn.put("x", 2).clear()))
                .isInstanceOf(TransitionRefusedException.class);
        assertThat(backend.stored.state()).hasValue("B");
        assertThat(backend.writes).isEqualTo(2);
        assertThat(fsm.context(KEY).<String>update(turn -> {
                    turn.state("A");
                    return "done";
                }))
                .isEqualTo("done");
    }

    @Test
    void aStateThatChangesBetweenCheckAndWriteIsCheckedAgain() {
        backend.apply(Mutation.builder().state("A").build());
        backend.afterNextRead =
                () -> backend.apply(Mutation.builder().state("C").build());
        assertThat(refused(Mutation.builder().state("B"))).hasMessageContaining("\"C\"");

        backend.apply(Mutation.builder().state("A").build());
        backend.afterNextRead =
                () -> backend.apply(Mutation.builder().state("B").build());
        assertThat(write(refusing, Mutation.builder().state("B"))).isInstanceOf(Applied.class);
    }

    @Test
    void aStateThatNeverStaysTheSameEndsAsContention() {
        StateStorage restless = new TransitionCheckingStateStorage(
                new Restless(backend),
                TransitionRules.builder().allowFromAny("A").build(),
                Undeclared.REFUSE);
        assertThatThrownBy(() -> write(restless, Mutation.builder().state("A")))
                .hasCauseInstanceOf(ContentionException.class);
    }

    @Test
    void otherConditionsSayMore() {
        backend.apply(Mutation.builder().state("A").fencingToken(9).eventId(5).build());
        long version = backend.stored.version();
        assertThat(write(refusing, Mutation.builder().state("C").eventId(5))).isInstanceOf(Duplicate.class);
        assertThat(write(refusing, Mutation.builder().state("C").expectVersion(version + 1)))
                .isInstanceOf(Conflict.class);
        assertThat(write(refusing, Mutation.builder().state("B").fencingToken(8)))
                .isEqualTo(Fenced.of(9));
        assertThat(backend.stored.version()).isEqualTo(version);
    }

    @Test
    void expectingNothingStoredIsExpectingNoState() {
        refused(Mutation.builder().state("B").expectVersion(0));
        assertThat(write(refusing, Mutation.builder().state("A").expectVersion(0)))
                .isInstanceOf(Applied.class);
        assertThat(backend.reads).isZero();
    }

    /** Changes the stored state before each write. */
    private static final class Restless extends ForwardingStateStorage {
        private final OneConversation storage;

        Restless(OneConversation storage) {
            super(storage);
            this.storage = storage;
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            storage.apply(Mutation.builder().state("S" + storage.writes).build());
            return storage.write(key, mutation);
        }
    }

    @Test
    void failingLoggerDoesNotFailTheWrite() {
        logger.addAppender(FailingAppender.started());
        assertThat(write(warning, Mutation.builder().state("C"))).isInstanceOf(Applied.class);
        assertThat(Thread.interrupted()).as("interrupted").isFalse();
    }
}
