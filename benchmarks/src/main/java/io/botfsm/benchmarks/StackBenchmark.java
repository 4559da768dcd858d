package io.botfsm.benchmarks;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.benchmarks.Conversations.Onboarding;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import io.botfsm.transition.TransitionRules;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.slf4j.LoggerFactory;

/**
 * The update of {@link HandleBenchmark} through the whole recommended stack, compared with the bare storage. In the
 * stack, an update is isolated from others of its conversation, fenced, checked against transition rules, reported to a
 * listener, logged in full to a null stream, and recovered where the storage has nothing.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class StackBenchmark {
    private static final Conversations CONVERSATIONS = Conversations.SHARED;
    private static final Pair REDIS = new Pair(CONVERSATIONS.storage);
    private static final Pair MEMORY = new Pair(filled(new MemoryStateStorage()));

    /** The whole stack on Redis. */
    @Benchmark
    public Handled<Integer> stack() throws Exception {
        return REDIS.stacked();
    }

    /** The bare storage on Redis. */
    @Benchmark
    public Handled<Integer> bare() {
        return REDIS.bare();
    }

    /** The whole stack in memory. */
    @Benchmark
    public Handled<Integer> stackInMemory() throws Exception {
        return MEMORY.stacked();
    }

    /** The bare storage in memory. */
    @Benchmark
    public Handled<Integer> bareInMemory() {
        return MEMORY.bare();
    }

    private static StateStorage filled(StateStorage storage) {
        CONVERSATIONS.fill(Fsm.builder(storage).states(Onboarding.class).build());
        return storage;
    }

    /** One storage, with the stack and without. */
    private static final class Pair {
        private final Fsm bare;
        private final Fsm stack;
        private final EventIsolation isolation = EventIsolation.inProcess();

        Pair(StateStorage storage) {
            bare = Fsm.builder(storage).states(Onboarding.class).build();
            StateStorage recovering =
                    RecoveringStateStorage.builder(storage, new Nothing()).build();
            StateStorage logging = new LoggingStateStorage(recovering, toNowhere(), org.slf4j.event.Level.INFO);
            StateStorage notifying = new NotifyingStateStorage(logging, List.of(transition -> {}));
            TransitionRules rules = TransitionRules.builder()
                    .allow(Onboarding.CITY, Onboarding.INTERESTS)
                    .allow(Onboarding.INTERESTS, Onboarding.CITY)
                    .build();
            StateStorage checking = new TransitionCheckingStateStorage(notifying, rules, Undeclared.REFUSE);
            stack = Fsm.builder(checking).states(Onboarding.class).build().fencedBy(1);
        }

        Handled<Integer> bare() {
            return bare.handle(CONVERSATIONS.anyKey(), CONVERSATIONS.nextEvent(), Pair::step);
        }

        Handled<Integer> stacked() throws Exception {
            StorageKey key = CONVERSATIONS.anyKey();
            return isolation.call(key, () -> stack.handle(key, CONVERSATIONS.nextEvent(), Pair::step));
        }

        private static Integer step(Turn turn) {
            return HandleBenchmark.step(turn);
        }
    }

    /** Returns a logger that formats its events and discards them. */
    private static Logger toNowhere() {
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.benchmarks.transitions");
        LoggerContext context = logger.getLoggerContext();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d %level %logger %msg %kvp%n");
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(OutputStream.nullOutputStream());
        appender.start();
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
        return logger;
    }

    /** A second source that must never be asked, since the storage has every conversation. */
    private static final class Nothing implements StateRecovery {
        @Override
        public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
            throw new IllegalStateException("asked for somebody who is known");
        }

        @Override
        public CompletionStage<Void> cleared(StorageKey key, long version) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
