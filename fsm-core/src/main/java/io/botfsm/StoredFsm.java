package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.EventId;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An {@link Fsm} over a storage, all of whose writes are under the same fence. */
final class StoredFsm implements Fsm {
    private final StorageCalls calls;
    private final TypeMapping types;
    private final Fence fence;

    StoredFsm(StorageCalls calls, TypeMapping types, Fence fence) {
        this.calls = calls;
        this.types = types;
        this.fence = fence;
    }

    @Override
    public FsmContext context(StorageKey key) {
        return new KeyedContext(requireNonNull(key, "key"), calls, types, fence);
    }

    @Override
    public Conversation conversation(StorageKey key, Snapshot snapshot) {
        return types.conversation(requireNonNull(key, "key"), requireNonNull(snapshot, "snapshot"));
    }

    @Override
    public Set<String> stateNames() {
        return types.states().storedNames();
    }

    @Override
    public StateStorage storage() {
        return fence.on(calls.storage());
    }

    @Override
    public Fsm fencedBy(long token) {
        if (!calls.has(Capability.FENCING)) {
            throw new IllegalArgumentException(
                    "fencing token " + token + " would have no effect: the storage lacks FENCING");
        }
        return new StoredFsm(calls, types, Fence.of(token));
    }

    @Override
    public <R extends @Nullable Object> Handled<R> handle(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        return calls.settle(work(key, eventId, handler));
    }

    @Override
    public <R extends @Nullable Object> Handled<R> handle(StorageKey key, Function<? super Turn, ? extends R> handler) {
        return calls.settle(work(key, Optional.empty(), handler));
    }

    @Override
    public <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        return calls.settleAsync(work(key, eventId, handler));
    }

    @Override
    public <R extends @Nullable Object> CompletionStage<Handled<R>> handleAsync(
            StorageKey key, Function<? super Turn, ? extends R> handler) {
        return calls.settleAsync(work(key, Optional.empty(), handler));
    }

    private <R extends @Nullable Object> TurnTransaction<R> work(
            StorageKey key, EventId eventId, Function<? super Turn, ? extends R> handler) {
        calls.require(Capability.EVENT_ID, "handle with an event id");
        return work(key, Optional.of(requireNonNull(eventId, "event id")), handler);
    }

    private <R extends @Nullable Object> TurnTransaction<R> work(
            StorageKey key, Optional<EventId> eventId, Function<? super Turn, ? extends R> handler) {
        calls.require(Capability.COMPARE_AND_SET, "handle");
        return new TurnTransaction<>(
                requireNonNull(key, "key"), types, calls.clock(), fence, eventId, requireNonNull(handler, "handler"));
    }
}
