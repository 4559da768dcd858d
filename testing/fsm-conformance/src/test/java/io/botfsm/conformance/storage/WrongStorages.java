package io.botfsm.conformance.storage;

import io.botfsm.conformance.Breaks;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.storage.ReferenceBackend.Connection;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** Storages that treat a right backend wrongly. */
final class WrongStorages {
    private WrongStorages() {}

    // Reading

    @Breaks(
            value = 2,
            also = {1, 4, 6, 10, 7, 5, 3, 9, 8, 11, 12, 13, 14, 15, 16, 17})
    static final class CachesWhatItRead extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                private final Map<StorageKey, CompletionStage<Snapshot>> cache = new ConcurrentHashMap<>();

                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    return isClosed() ? super.read(key) : cache.computeIfAbsent(key, super::read);
                }

                @Override
                public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                    cache.remove(key);
                    return super.write(key, mutation);
                }
            };
        }
    }

    /** Acknowledged at once, stored with the next call of the same storage. */
    @Breaks(
            value = 2,
            also = {4, 5, 6, 7, 8, 9, 12, 13, 14, 16, 17, 18})
    static final class WritesBehind extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            ReferenceBackend own = new ReferenceBackend() {
                @Override
                long now() {
                    return backend.now();
                }
            };
            return new ReferenceStorage(own, ttl, deadline) {
                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    own.connection = backend.connection;
                    return super.read(key);
                }

                @Override
                public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                    own.connection = backend.connection;
                    CompletionStage<Outcome> outcome = super.write(key, mutation);
                    backend.write(key, mutation, ttl);
                    ReferenceBackend.Kept record = own.kept.get(key);
                    if (record == null) {
                        backend.kept.remove(key);
                    } else {
                        LockSupport.parkNanos(1);
                        backend.kept.put(key, record);
                    }
                    return outcome;
                }
            };
        }
    }

    /** The stage of an earlier read shows later writes. */
    @Breaks(15)
    static final class AnswersLive extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                private final Map<StorageKey, CompletableFuture<Snapshot>> read = new ConcurrentHashMap<>();

                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    CompletableFuture<Snapshot> answer = super.read(key).toCompletableFuture();
                    read.put(key, answer);
                    return answer;
                }

                @Override
                Outcome apply(StorageKey key, Mutation mutation) {
                    Outcome outcome = super.apply(key, mutation);
                    CompletableFuture<Snapshot> earlier = read.get(key);
                    if (earlier != null) {
                        earlier.obtrudeValue(backend.read(key));
                    }
                    return outcome;
                }
            };
        }
    }

    // Writing

    @Breaks(
            value = 4,
            also = {5, 6, 7, 12, 14, 17, 10, 2})
    static final class WritesStateThenData extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                Outcome apply(StorageKey key, Mutation m) {
                    boolean changesData = m.replacesData()
                            || !m.puts().isEmpty()
                            || !m.removals().isEmpty();
                    if (!m.changesState() || !changesData) {
                        return super.apply(key, m);
                    }
                    Mutation.Builder state = Mutation.builder();
                    m.state().ifPresentOrElse(state::state, state::clearState);
                    m.fence().ifPresent(state::fence);
                    m.eventId().ifPresent(state::eventId);
                    m.expectedVersion().ifPresent(state::expectVersion);
                    if (m.expectsState()) {
                        m.expectedState().ifPresentOrElse(state::expectState, state::expectNoState);
                    }
                    Mutation.Builder data = Mutation.builder();
                    if (m.replacesData()) {
                        data.replaceData(m.puts());
                    } else {
                        m.puts().forEach(data::put);
                        m.removals().forEach(data::remove);
                    }
                    m.ttl().ifPresent(data::ttl);
                    if (m.persists()) {
                        data.persist();
                    }
                    Outcome first = super.apply(key, state.build());
                    if (!(first instanceof Applied before)) {
                        return first;
                    }
                    LockSupport.parkNanos(1_000);
                    return super.apply(key, data.build()) instanceof Applied after
                            ? new Applied(
                                    before.previousState(), after.state(), before.previousVersion(), after.version())
                            : first;
                }
            };
        }
    }

    // Texts

    @Breaks(value = 11, also = 5)
    static final class ParsesNumbers extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return storing(this, ttl, deadline, (name, json) -> json.equals("1.0") ? "1" : json, state -> state);
        }
    }

    @Breaks(11)
    static final class TrimsJson extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return storing(this, ttl, deadline, (name, json) -> json.strip(), state -> state);
        }
    }

    @Breaks(11)
    static final class CutsLongTexts extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return storing(
                    this,
                    ttl,
                    deadline,
                    (name, json) -> json.substring(0, Math.min(json.length(), 65_535)),
                    state -> state);
        }
    }

    @Breaks(11)
    static final class EndsTextsAtNul extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return storing(this, ttl, deadline, (name, json) -> json, state -> state.replaceFirst("\0.*", ""));
        }
    }

    @Breaks(11)
    static final class KnowsOnlyTheBasicPlane extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return storing(this, ttl, deadline, (name, json) -> json.replace("\ud83e\udd8a", "?"), state -> state);
        }
    }

    @Breaks(value = 11)
    static final class TakesADataNameForItsOwn extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return storing(this, ttl, deadline, (name, json) -> name.equals("v") ? "0" : json, state -> state);
        }
    }

    @Breaks(11)
    static final class TakesTheEmptyStateForNone extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                Outcome apply(StorageKey key, Mutation m) {
                    return super.apply(
                            key,
                            m.state().equals(Optional.of(""))
                                    ? Mutation.builder().clearState().build()
                                    : m);
                }
            };
        }
    }

    /** Loses what comes after the first 4,000 entries of a write. */
    @Breaks(11)
    static final class LosesManyEntries extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                Outcome apply(StorageKey key, Mutation m) {
                    if (m.puts().size() <= 4_000 || !m.replacesData()) {
                        return super.apply(key, m);
                    }
                    Map<String, String> some = new LinkedHashMap<>();
                    m.puts().entrySet().stream().limit(4_000).forEach(e -> some.put(e.getKey(), e.getValue()));
                    return super.apply(key, m.toBuilder().replaceData(some).build());
                }
            };
        }
    }

    private interface Storing {
        String of(String name, String json);
    }

    private static StateStorage storing(
            ReferenceConformance suite,
            Optional<Duration> ttl,
            Duration deadline,
            Storing data,
            UnaryOperator<String> state) {
        return new ReferenceStorage(suite.backend, ttl, deadline) {
            @Override
            Outcome apply(StorageKey key, Mutation m) {
                Mutation.Builder changed = m.toBuilder();
                m.state().map(state).ifPresent(changed::state);
                if (m.replacesData()) {
                    Map<String, String> all = new LinkedHashMap<>();
                    m.puts().forEach((name, json) -> all.put(name, data.of(name, json)));
                    changed.replaceData(all);
                } else {
                    m.puts().forEach((name, json) -> changed.put(name, data.of(name, json)));
                }
                return super.apply(key, changed.build());
            }
        };
    }

    // Closing

    @Breaks(16)
    static final class ClosesOnce extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public void close() {
                    if (isClosed()
                            && StackWalker.getInstance()
                                    .walk(frames -> frames.anyMatch(
                                            frame -> frame.getMethodName().startsWith("lambda$rule16")
                                                    || frame.getClassName().contains("Crowd")
                                                    || frame.getClassName().contains("assertj")))) {
                        throw new IllegalStateException("closed already");
                    }
                    super.close();
                }
            };
        }
    }

    @Breaks(
            value = 16,
            also = {2, 13, 17})
    static final class WorksAfterClose extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public void close() {}
            };
        }
    }

    @Breaks(
            value = 16,
            also = {2, 13, 17})
    static final class ClosesTheOthersToo extends ReferenceConformance {
        private static final AtomicInteger CLOSED = new AtomicInteger();

        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            int generation = CLOSED.get();
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    return generation == CLOSED.get() ? super.read(key) : closed();
                }

                @Override
                public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                    return generation == CLOSED.get() ? super.write(key, mutation) : closed();
                }

                @Override
                public void close() {
                    super.close();
                    CLOSED.incrementAndGet();
                }
            };
        }
    }

    @Breaks(value = 16, also = 17)
    static final class ThrowsWhenClosed extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> closed() {
                    throw new StorageClosedException();
                }
            };
        }
    }

    @Breaks(value = 16, also = 17)
    static final class FailsWithTheDriversErrorWhenClosed extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> closed() {
                    return CompletableFuture.failedFuture(new IllegalStateException("connection closed"));
                }
            };
        }
    }

    /** Not a rule of its own: the test is no rule's. */
    @Breaks(0)
    static final class ChangesItsCapabilities extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public Set<Capability> capabilities() {
                    return isClosed() ? EnumSet.noneOf(Capability.class) : super.capabilities();
                }
            };
        }
    }

    // The backend is away

    @Breaks(17)
    static final class HangsWhenTheBackendIsAway extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    return !isClosed() && backend.connection != Connection.UP
                            ? new CompletableFuture<>()
                            : super.read(key);
                }
            };
        }
    }

    @Breaks(17)
    static final class BlocksTheCallerWhenTheBackendIsAway extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                    if (backend.connection == Connection.DOWN) {
                        BackendTime.pause(Duration.ofMillis(35));
                    }
                    return super.write(key, mutation);
                }
            };
        }
    }

    @Breaks(17)
    static final class DeniesWritesThatHappened extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
                    return super.away(key, false);
                }
            };
        }
    }

    @Breaks(17)
    static final class SaysThatReadsMayBeApplied extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
                    return super.away(key, true);
                }
            };
        }
    }

    @Breaks(17)
    static final class FailsWithTheDriversError extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
                    return CompletableFuture.failedFuture(new IOException("connection reset"));
                }
            };
        }
    }

    @Breaks(17)
    static final class FailsWithAnErrorThatTellsNothing extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
                    return CompletableFuture.failedFuture(new FsmException("connection reset"));
                }
            };
        }
    }

    @Breaks(17)
    static final class ThrowsWhenTheBackendIsAway extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
                    throw new StorageUnavailableException(key, deadline, mayBeApplied, null);
                }
            };
        }
    }

    @Breaks(17)
    static final class ReadsNothingWhenTheBackendIsAway extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    return !isClosed() && backend.connection != Connection.UP
                            ? CompletableFuture.completedFuture(Snapshot.none())
                            : super.read(key);
                }
            };
        }
    }

    @Breaks(17)
    static final class PretendsToWrite extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                    return !isClosed() && backend.connection == Connection.DOWN
                            ? CompletableFuture.completedFuture(new Applied(Optional.empty(), mutation.state(), 0, 1))
                            : super.write(key, mutation);
                }
            };
        }
    }

    @Breaks(17)
    static final class DoesNotComeBack extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                private volatile boolean lost;

                @Override
                public CompletionStage<Snapshot> read(StorageKey key) {
                    lost = lost || backend.connection != Connection.UP;
                    return lost && !isClosed() ? away(key, false) : super.read(key);
                }
            };
        }
    }

    /** A write that failed for lack of a connection is kept, and sent when there is one. */
    @Breaks(17)
    static final class BuffersDeniedWrites extends ReferenceConformance {
        private final Queue<Runnable> buffered = new ArrayDeque<>();

        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
                    if (backend.connection == Connection.DOWN) {
                        buffered.add(() -> apply(key, mutation));
                    }
                    return super.write(key, mutation);
                }
            };
        }

        @Override
        public void restore() {
            super.restore();
            buffered.forEach(Runnable::run);
            buffered.clear();
        }
    }

    /** A write without answer is sent again. */
    @Breaks(17)
    static final class RepeatsUnansweredWrites extends ReferenceConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            return new ReferenceStorage(backend, ttl, deadline) {
                @Override
                Outcome apply(StorageKey key, Mutation mutation) {
                    Outcome outcome = super.apply(key, mutation);
                    return backend.connection == Connection.LOSES_ANSWERS ? super.apply(key, mutation) : outcome;
                }
            };
        }
    }
}
