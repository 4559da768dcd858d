package io.botfsm;

import static java.util.Objects.requireNonNull;

import io.botfsm.json.GenericType;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An {@link FsmContext} for one key. */
final class KeyedContext implements FsmContext {
    private final StorageKey key;
    private final StorageCalls calls;
    private final TypeMapping types;
    private final Fence fence;
    private final Async async = new OneAfterAnother();

    KeyedContext(StorageKey key, StorageCalls calls, TypeMapping types, Fence fence) {
        this.key = key;
        this.calls = calls;
        this.types = types;
        this.fence = fence;
    }

    @Override
    public StorageKey key() {
        return key;
    }

    @Override
    public Conversation read() {
        return types.conversation(key, calls.read(key));
    }

    @Override
    public Optional<String> state() {
        return read().state();
    }

    @Override
    public <E extends Enum<E>> Optional<E> state(Class<E> group) {
        requireNonNull(group, "group");
        return read().state(group);
    }

    @Override
    public <T> Optional<T> value(String name, Class<T> type) {
        requireNonNull(name, "data name");
        requireNonNull(type, "type");
        return read().value(name, type);
    }

    @Override
    public <T> Optional<T> value(String name, GenericType<T> type) {
        requireNonNull(name, "data name");
        requireNonNull(type, "type");
        return read().value(name, type);
    }

    @Override
    public <T> Optional<T> data(Class<T> type) {
        requireNonNull(type, "type");
        return read().data(type);
    }

    @Override
    public void setState(Enum<?> to) {
        setState(types.states().name(requireNonNull(to, "state")));
    }

    @Override
    public void setState(String to) {
        write(Mutation.builder().state(to));
    }

    @Override
    public void clearState() {
        write(Mutation.builder().clearState());
    }

    @Override
    public void clear() {
        write(Mutation.builder().clearState().replaceData(Map.of()));
    }

    @Override
    public void updateData(String name, Object value) {
        updateData(Collections.singletonMap(name, value));
    }

    @Override
    public void updateData(Map<String, ?> patch) {
        Mutation.Builder puts = Mutation.builder();
        for (Map.Entry<String, String> entry : written(patch).entrySet()) {
            puts = puts.put(entry.getKey(), entry.getValue());
        }
        write(puts);
    }

    @Override
    public void setData(Map<String, ?> all) {
        write(Mutation.builder().replaceData(written(all)));
    }

    @Override
    public boolean transition(Enum<?> from, Enum<?> to) {
        String target = types.states().name(requireNonNull(to, "to"));
        for (String name : types.states().names(requireNonNull(from, "from"))) {
            if (write(Mutation.builder().expectState(name).state(target)) instanceof Applied) {
                return true;
            }
        }
        return false;
    }

    @Override
    public <R extends @Nullable Object> R update(Function<? super Turn, ? extends R> change) {
        return result(calls.settle(work(change)));
    }

    @Override
    public Async async() {
        return async;
    }

    private <R extends @Nullable Object> TurnTransaction<R> work(Function<? super Turn, ? extends R> change) {
        calls.require(Capability.COMPARE_AND_SET, "update");
        return new TurnTransaction<>(
                key, types, calls.clock(), fence, Optional.empty(), requireNonNull(change, "change"));
    }

    private static <R extends @Nullable Object> R result(Handled<R> handled) {
        return ((Handled.Done<R>) handled).result();
    }

    private Map<String, String> written(Map<String, ?> values) {
        Map<String, String> entries = new LinkedHashMap<>();
        requireNonNull(values, "data").forEach((name, value) -> entries.put(name, types.json(name, value)));
        return entries;
    }

    private Outcome write(Mutation.Builder changes) {
        Outcome outcome = calls.write(key, fence.on(changes).build());
        if (outcome instanceof Fenced fenced) {
            throw fence.exceeded(key, fenced);
        }
        return outcome;
    }

    /** Starts each operation when the previous one has ended, since two writes of one key are not ordered otherwise. */
    private final class OneAfterAnother implements Async {
        private final AtomicReference<CompletableFuture<?>> last =
                new AtomicReference<>(CompletableFuture.completedFuture(null));

        @Override
        public CompletionStage<Conversation> read() {
            return next(() -> calls.readAsync(key).thenApply(snapshot -> types.conversation(key, snapshot)));
        }

        @Override
        public <R extends @Nullable Object> CompletionStage<R> update(Function<? super Turn, ? extends R> change) {
            TurnTransaction<R> work = work(change);
            return next(() -> calls.settleAsync(work).thenApply(KeyedContext::result));
        }

        private <T extends @Nullable Object> CompletionStage<T> next(Supplier<CompletionStage<T>> operation) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            CompletionStage<T> result = last.getAndSet(ended).thenCompose(before -> operation.get());
            return result.whenComplete((value, failure) -> ended.complete(null));
        }
    }
}
