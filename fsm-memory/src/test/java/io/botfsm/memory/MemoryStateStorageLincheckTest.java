package io.botfsm.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory storage is linearizable under a few threads, and its version counts every write. Storages that are not are
 * caught.
 */
@Timeout(300)
class MemoryStateStorageLincheckTest {
    private static final StorageKey KEY = StorageKey.bot("bot").chat(1).user(1).build();
    private static final WriteContext CONTEXT =
            WriteContext.at(KEY, Instant.EPOCH).firstVersion(1).build();

    private static void check(Class<?> conversation) {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .minimizeFailedScenario(false)
                .check(conversation);
    }

    @Test
    void itIsLinearizable() {
        check(Memory.class);
    }

    @ParameterizedTest
    @ValueSource(classes = {ReadThenStore.class, CountsBeside.class, ReadsInTwoSteps.class})
    void whatIsNotIsCaught(Class<?> wrong) {
        assertThatThrownBy(() -> check(wrong)).isInstanceOf(LincheckAssertionError.class);
    }

    /** One conversation. Versions begin at the time of day, so operations report by how much they increased. */
    public abstract static class OneConversation {
        private final StateStorage storage;

        OneConversation(StateStorage storage) {
            this.storage = storage;
        }

        private Snapshot read() {
            return storage.read(KEY).toCompletableFuture().join();
        }

        private String write(Mutation.Builder change) {
            Outcome outcome =
                    storage.write(KEY, change.build()).toCompletableFuture().join();
            return outcome instanceof Applied applied
                    ? applied.previousState() + " to " + applied.state() + step(applied)
                    : outcome.getClass().getSimpleName();
        }

        private static String step(Applied applied) {
            if (applied.previousVersion() == 0 || applied.version() == 0) {
                return " (begun or gone)";
            }
            return ", version + " + (applied.version() - applied.previousVersion());
        }

        @Operation
        public String begin() {
            return write(
                    Mutation.builder().state("A").put("n", "0").put("m", "0").expectVersion(0));
        }

        @Operation
        public String move() {
            return write(Mutation.builder().state("B").expectState("A"));
        }

        @Operation
        public String moveBack() {
            return write(Mutation.builder().state("A").put("n", "7").put("m", "7"));
        }

        @Operation
        public String clear() {
            return write(Mutation.builder().clearState().replaceData(Map.of()));
        }

        @Operation
        public String once() {
            return write(Mutation.builder().put("n", "5").put("m", "5").eventId(5));
        }

        @Operation
        public String wasOnce() {
            return write(Mutation.builder().confirmEvent(5));
        }

        @Operation
        public String stateAndData() {
            Snapshot snapshot = read();
            return snapshot.state() + " " + new TreeMap<>(snapshot.data());
        }
    }

    /** The storage under test. */
    public static final class Memory extends OneConversation {
        public Memory() {
            super(new MemoryStateStorage());
        }
    }

    /** A storage in a map that reads and stores in two steps. */
    public static final class ReadThenStore extends OneConversation {
        public ReadThenStore() {
            super(new Wrong() {
                @Override
                Outcome apply(Mutation mutation) {
                    Step step = stored().apply(mutation, CONTEXT);
                    letOthersIn();
                    keep(step.next());
                    return step.outcome();
                }
            });
        }
    }

    /** Its version is a separate number, which is not updated atomically with the conversation. */
    public static final class CountsBeside extends OneConversation {
        public CountsBeside() {
            super(new Wrong() {
                private volatile long version = 1;

                @Override
                Outcome apply(Mutation mutation) {
                    long seen = version;
                    Outcome outcome = atomically(mutation);
                    if (!(outcome instanceof Applied applied) || applied.version() == 0) {
                        return outcome;
                    }
                    version = seen + 1;
                    letOthersIn();
                    return Applied.of(
                            applied.previousState(),
                            applied.state(),
                            applied.previousVersion() == 0 ? 0 : seen,
                            version);
                }
            });
        }
    }

    /** State and data come from two moments. */
    public static final class ReadsInTwoSteps extends OneConversation {
        public ReadsInTwoSteps() {
            super(new Wrong() {
                @Override
                Outcome apply(Mutation mutation) {
                    return atomically(mutation);
                }

                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    Snapshot first = stored().snapshot(CONTEXT.now());
                    letOthersIn();
                    Snapshot second = stored().snapshot(CONTEXT.now());
                    return CompletableFuture.completedFuture(
                            first.toBuilder().data(second.data()).build());
                }
            });
        }
    }

    private abstract static class Wrong implements StateStorage {
        private final ConcurrentMap<StorageKey, StoredConversation> conversations = new ConcurrentHashMap<>();

        abstract Outcome apply(Mutation mutation);

        /**
         * Called in the window of the fault, so that the fault also shows on one busy processor, where racing threads
         * might never meet in it.
         */
        final void letOthersIn() {
            LockSupport.parkNanos(1);
        }

        final StoredConversation stored() {
            return conversations.getOrDefault(KEY, StoredConversation.none());
        }

        final void keep(StoredConversation next) {
            conversations.put(KEY, next);
        }

        final Outcome atomically(Mutation mutation) {
            Outcome[] outcome = new Outcome[1];
            conversations.compute(KEY, (key, before) -> {
                Step step = (before == null ? StoredConversation.none() : before).apply(mutation, CONTEXT);
                outcome[0] = step.outcome();
                return step.next();
            });
            return outcome[0];
        }

        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            return CompletableFuture.completedFuture(stored().snapshot(CONTEXT.now()));
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            return CompletableFuture.completedFuture(apply(mutation));
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of(Capability.values());
        }

        @Override
        public void close() {}
    }
}
