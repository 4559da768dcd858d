package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.internal.Rules;
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
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A storage as the tests use it: waits for each answer, and checks it against the contract of the stages. */
final class TestedStorage {
    private static final Duration TIMEOUT = Rules.DEADLINE.multipliedBy(3);

    private final StateStorage storage;

    TestedStorage(StateStorage storage) {
        this.storage = storage;
    }

    StateStorage untested() {
        return storage;
    }

    Snapshot read(StorageKey key) {
        return reading(key).value(TIMEOUT);
    }

    Outcome write(StorageKey key, Mutation.Builder change) {
        return writing(key, change).value(TIMEOUT);
    }

    Applied applied(StorageKey key, Mutation.Builder change) {
        return as(Applied.class, write(key, change));
    }

    Conflict conflict(StorageKey key, Mutation.Builder change) {
        return as(Conflict.class, write(key, change));
    }

    Duplicate duplicate(StorageKey key, Mutation.Builder change) {
        return as(Duplicate.class, write(key, change));
    }

    Fenced fenced(StorageKey key, Mutation.Builder change) {
        return as(Fenced.class, write(key, change));
    }

    private static <T extends Outcome> T as(Class<T> type, Outcome outcome) {
        assertThat(outcome).isInstanceOf(type);
        return type.cast(outcome);
    }

    FsmException failureOfRead(StorageKey key) {
        return reading(key).failure(TIMEOUT);
    }

    FsmException failureOfWrite(StorageKey key, Mutation.Builder change) {
        return writing(key, change).failure(TIMEOUT);
    }

    /** Begins a read, without waiting for it. */
    TimedResult<Snapshot> reading(StorageKey key) {
        return begin(() -> storage.read(key));
    }

    /** Begins a write, without waiting for it. */
    TimedResult<Outcome> writing(StorageKey key, Mutation.Builder change) {
        Mutation mutation = change.build();
        return begin(() -> storage.write(key, mutation));
    }

    private static <T> TimedResult<T> begin(Supplier<CompletionStage<T>> call) {
        try {
            return new TimedResult<>(call.get());
        } catch (RuntimeException e) {
            throw new AssertionError("a storage fails through the stage; this call threw", e);
        }
    }

    /** The time by the storage's clock. */
    Instant now() {
        StorageKey clock =
                StorageKey.bot("clock-" + UUID.randomUUID()).chat(1).user(1).build();
        applied(clock, Mutation.builder().state("A"));
        Instant now = read(clock).touched().orElseGet(Instant::now);
        applied(clock, Mutation.builder().clearState().replaceData(Map.of()));
        return now;
    }

    void close() {
        storage.close();
    }
}
