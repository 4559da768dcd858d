package io.botfsm.micrometer;

import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A storage whose calls are observed, also those that throw instead of failing their stage. Thread-safe. */
final class ObservedStateStorage extends ForwardingStateStorage {
    private final BotObservations observations;

    ObservedStateStorage(StateStorage storage, BotObservations observations) {
        super(storage);
        this.observations = observations;
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        return observed(key, "read", () -> storage().read(key), StorageTimers::outcomeOfRead);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        return observed(key, "write", () -> storage().write(key, mutation), StorageTimers::outcomeOfWrite);
    }

    private <T> CompletionStage<T> observed(
            StorageKey key,
            String operation,
            Supplier<CompletionStage<T>> call,
            BiFunction<@Nullable T, @Nullable Throwable, String> outcome) {
        StartedObservation observation = observations.call(key, operation);
        try {
            CompletionStage<T> stage = observation.scoped(call);
            // not the dependent stage, which a caller could complete before this one has ended
            var unused = stage.whenComplete(
                    (result, failure) -> observation.stop("outcome", outcome.apply(result, failure)));
            return stage;
        } catch (RuntimeException | Error e) {
            observation.stop("outcome", FailureTag.of(e));
            throw e;
        }
    }
}
