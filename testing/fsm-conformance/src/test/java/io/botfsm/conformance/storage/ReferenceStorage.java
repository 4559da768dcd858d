package io.botfsm.conformance.storage;

import io.botfsm.conformance.storage.ReferenceBackend.Connection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A storage on the {@link ReferenceBackend} that keeps every rule. The wrong ones override one method each. */
class ReferenceStorage implements StateStorage {
    final ReferenceBackend backend;
    final Optional<Duration> ttl;
    final Duration deadline;
    private volatile boolean closed;

    ReferenceStorage(ReferenceBackend backend, Optional<Duration> ttl, Duration deadline) {
        this.backend = backend;
        this.ttl = ttl;
        this.deadline = deadline;
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        if (closed) {
            return closed();
        }
        if (backend.connection != Connection.UP) {
            return away(key, false);
        }
        return CompletableFuture.completedFuture(backend.read(key));
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        if (closed) {
            return closed();
        }
        if (backend.connection == Connection.DOWN) {
            return away(key, false);
        }
        Outcome outcome = apply(key, mutation);
        return backend.connection == Connection.LOSES_ANSWERS
                ? away(key, true)
                : CompletableFuture.completedFuture(outcome);
    }

    Outcome apply(StorageKey key, Mutation mutation) {
        return backend.write(key, mutation, ttl);
    }

    <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
        return CompletableFuture.failedFuture(new StorageUnavailableException(key, deadline, mayBeApplied, null));
    }

    <T> CompletionStage<T> closed() {
        return CompletableFuture.failedFuture(new StorageClosedException());
    }

    final boolean isClosed() {
        return closed;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public void close() {
        closed = true;
    }
}
