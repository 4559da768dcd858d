package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * Checks what every decorator must do with the storage that it wraps: report its capabilities, pass on extensions,
 * results and failures, and close it. The numbered rules are checked by {@link StateStorageConformance}, with the
 * decorator around a real storage.
 */
public abstract class StateStorageDecoratorConformance {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final Instant EARLIER = Instant.parse("2026-11-29T11:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Mutation CHANGE = Mutation.builder().state("B").build();

    /** For the extending class. */
    protected StateStorageDecoratorConformance() {}

    /** Wraps a storage. */
    protected abstract StateStorage decorate(StateStorage storage);

    /**
     * Returns the capabilities that a storage must have to be wrapped; a storage without them is refused. The default
     * is none.
     */
    protected Set<Capability> needs() {
        return Set.of();
    }

    @Test
    void decorator_keepsTheCapabilities() {
        for (Capability one : Capability.values()) {
            for (Set<Capability> some : List.of(EnumSet.of(one), EnumSet.complementOf(EnumSet.of(one)))) {
                if (some.containsAll(needs())) {
                    assertThat(decorate(new Wrapped(some)).capabilities()).isEqualTo(some);
                }
            }
        }
        assertThat(decorate(new Wrapped(needs())).capabilities()).isEqualTo(needs());
        assertThat(decorate(new Wrapped(EnumSet.allOf(Capability.class))).capabilities())
                .containsExactly(Capability.values());
    }

    @Test
    void decorator_refusesAStorageWithoutWhatItNeeds() {
        for (Capability need : needs()) {
            assertThatThrownBy(() -> decorate(new Wrapped(EnumSet.complementOf(EnumSet.of(need)))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(need.name());
        }
    }

    @Test
    void decorator_passesExtensionsOn() {
        StateStorage decorator = decorate(new Wrapped(needs()));
        assertThat(decorator.extension(Extension.class)).containsSame(Extension.OFFERED);
        assertThat(decorator.extension(Runnable.class)).isEmpty();
    }

    @Test
    void decorator_closesWhatItWraps() {
        Wrapped wrapped = new Wrapped(needs());
        StateStorage decorator = decorate(wrapped);
        assertThat(wrapped.closed).isFalse();
        decorator.close();
        assertThat(wrapped.closed).isTrue();
        decorator.close();
    }

    @Test
    void decorator_passesAnswersOn() {
        Wrapped wrapped = new Wrapped(needs());
        StateStorage decorator = decorate(wrapped);
        Snapshot snapshot = Snapshot.builder()
                .state(Optional.of("A"))
                .data(Map.of("a", "1"))
                .attributes(Map.of("flow", "2"))
                .version(7)
                .since(Optional.of(EARLIER))
                .touched(Optional.of(NOW))
                .deadline(Optional.of(NOW.plusSeconds(60)))
                .build();
        wrapped.read = CompletableFuture.completedFuture(snapshot);
        assertThat(new TimedResult<>(decorator.read(KEY)).value(TIMEOUT)).isEqualTo(snapshot);
        for (Outcome outcome : new Outcome[] {
            Applied.of(Optional.of("A"), Optional.of("B"), 7, 8).timed(Optional.of(EARLIER), NOW),
            Conflict.of(snapshot),
            Duplicate.of(snapshot),
            Fenced.of(9)
        }) {
            wrapped.written = CompletableFuture.completedFuture(outcome);
            assertThat(new TimedResult<>(decorator.write(KEY, CHANGE)).value(TIMEOUT))
                    .isEqualTo(outcome);
        }
    }

    /**
     * A record that outlives its state and data is marked as ended; without the mark, a reader would take the
     * conversation for a cleared one.
     */
    @Test
    void decorator_passesAnEndedConversationOn() {
        Wrapped wrapped = new Wrapped(needs());
        StateStorage decorator = decorate(wrapped);
        Snapshot ended = Snapshot.builder()
                .version(8)
                .since(Optional.of(NOW))
                .touched(Optional.of(NOW))
                .ended(true)
                .build();
        wrapped.read = CompletableFuture.completedFuture(ended);
        assertThat(new TimedResult<>(decorator.read(KEY)).value(TIMEOUT)).isEqualTo(ended);
        wrapped.written = CompletableFuture.completedFuture(Conflict.of(ended));
        assertThat(new TimedResult<>(decorator.write(KEY, CHANGE)).value(TIMEOUT))
                .isEqualTo(Conflict.of(ended));
    }

    @Test
    void decorator_passesFailuresOn() {
        Wrapped wrapped = new Wrapped(needs());
        StateStorage decorator = decorate(wrapped);
        FsmException failure = new FsmException("the wrapped storage failed");
        wrapped.read = CompletableFuture.failedFuture(failure);
        wrapped.written = CompletableFuture.failedFuture(failure);
        assertThat(new TimedResult<>(decorator.read(KEY)).failure(TIMEOUT)).isSameAs(failure);
        assertThat(new TimedResult<>(decorator.write(KEY, CHANGE)).failure(TIMEOUT))
                .isSameAs(failure);
    }

    private enum Extension {
        OFFERED
    }

    private static final class Wrapped implements StateStorage {
        private final Set<Capability> capabilities;
        private CompletionStage<Snapshot> read = CompletableFuture.completedFuture(Snapshot.none());
        private CompletionStage<Outcome> written = CompletableFuture.completedFuture(Fenced.of(1));
        private boolean closed;

        Wrapped(Set<Capability> capabilities) {
            this.capabilities = capabilities;
        }

        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            return read;
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            return written;
        }

        @Override
        public Set<Capability> capabilities() {
            return capabilities;
        }

        @Override
        public <T> Optional<T> extension(Class<T> type) {
            return type == Extension.class ? Optional.of(type.cast(Extension.OFFERED)) : Optional.empty();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
