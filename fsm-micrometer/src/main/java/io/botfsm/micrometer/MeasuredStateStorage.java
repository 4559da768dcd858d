package io.botfsm.micrometer;

import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletionStage;

/** A storage whose calls are timed, also those that throw instead of failing their stage. Thread-safe. */
final class MeasuredStateStorage extends ForwardingStateStorage {
    private final StorageTimers timers;

    MeasuredStateStorage(StateStorage storage, StorageTimers timers) {
        super(storage);
        this.timers = timers;
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        long start = timers.now();
        try {
            CompletionStage<Snapshot> stage = storage().read(key);
            // not the dependent stage, which a caller could complete before this one has ended
            var unused = stage.whenComplete((found, failure) -> timers.read(start, found, failure));
            return stage;
        } catch (RuntimeException | Error e) {
            timers.read(start, null, e);
            throw e;
        }
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        long start = timers.now();
        try {
            CompletionStage<Outcome> stage = storage().write(key, mutation);
            var unused = stage.whenComplete((written, failure) -> timers.write(start, written, failure));
            return stage;
        } catch (RuntimeException | Error e) {
            timers.write(start, null, e);
            throw e;
        }
    }
}
