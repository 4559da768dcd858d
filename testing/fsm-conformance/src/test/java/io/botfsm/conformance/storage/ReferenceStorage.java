package io.botfsm.conformance.storage;

import io.botfsm.conformance.storage.ReferenceBackend.Connection;
import io.botfsm.storage.EventSourceLimitException;
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
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A storage on the {@link ReferenceBackend} that keeps every rule, of steps that a fault can replace. */
final class ReferenceStorage implements StateStorage {
    final ReferenceBackend backend;
    final Optional<Duration> ttl;
    final Duration deadline;
    final ReferenceCatalog catalog;
    final ReferenceQueue queue;
    final ReferenceInbox inbox;
    private volatile boolean closed;

    Function<StorageKey, CompletionStage<Snapshot>> read = this::honestRead;
    BiFunction<StorageKey, Mutation, CompletionStage<Outcome>> write = this::honestWrite;
    BiFunction<StorageKey, Mutation, Outcome> apply = this::honestApply;
    Supplier<Set<Capability>> capabilities = () -> EnumSet.allOf(Capability.class);
    Runnable close = this::honestClose;

    /** The failure of calls while the backend is unavailable, by the key and whether the call may be applied. */
    BiFunction<StorageKey, Boolean, CompletionStage<?>> unavailable = this::honestUnavailable;

    /** The failure of calls when this is closed. */
    Supplier<CompletionStage<?>> refused = () -> CompletableFuture.failedStage(new StorageClosedException());

    ReferenceStorage(ReferenceBackend backend, Optional<Duration> ttl, Duration deadline) {
        this.backend = backend;
        this.ttl = ttl;
        this.deadline = deadline;
        this.catalog = new ReferenceCatalog(this);
        this.queue = new ReferenceQueue(this);
        this.inbox = new ReferenceInbox(this);
    }

    CompletionStage<Snapshot> honestRead(StorageKey key) {
        if (closed) {
            return failed(refused.get());
        }
        if (!isUp()) {
            return failed(unavailable.apply(key, false));
        }
        return CompletableFuture.completedFuture(backend.read.apply(key));
    }

    CompletionStage<Outcome> honestWrite(StorageKey key, Mutation mutation) {
        if (closed) {
            return failed(refused.get());
        }
        if (backend.connection == Connection.DOWN) {
            return failed(unavailable.apply(key, false));
        }
        Outcome outcome;
        try {
            outcome = apply.apply(key, mutation);
        } catch (EventSourceLimitException e) {
            return CompletableFuture.failedStage(e);
        }
        return isUp() ? CompletableFuture.completedFuture(outcome) : failed(unavailable.apply(key, true));
    }

    Outcome honestApply(StorageKey key, Mutation mutation) {
        return backend.write(key, mutation, ttl);
    }

    CompletionStage<?> honestUnavailable(StorageKey key, boolean mayBeApplied) {
        return CompletableFuture.failedStage(new StorageUnavailableException(key, deadline, mayBeApplied, null));
    }

    void honestClose() {
        closed = true;
    }

    static <T> CompletionStage<T> failed(CompletionStage<?> failure) {
        return failure.thenApply(never -> {
            throw new AssertionError(never);
        });
    }

    boolean isUp() {
        return backend.connection == Connection.UP;
    }

    /** Whether a call now fails because of the backend, and not because this is closed. */
    boolean isOpenButUnavailable() {
        return !closed && !isUp();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        return read.apply(key);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        return write.apply(key, mutation);
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities.get();
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return Stream.of(catalog, queue, inbox)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    @Override
    public void close() {
        close.run();
    }
}
