package io.botfsm.recovery;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.WriteContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A storage in a map, which answers on a thread of its own, as a driver does; it can be made to forget and to fail. */
final class MapStorage implements StateStorage {
    /** One thread for all storages, so that code that blocks it is detected. */
    private static final Executor DRIVER = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "driver");
        thread.setDaemon(true);
        return thread;
    });

    private final Map<StorageKey, StoredConversation> stored = new ConcurrentHashMap<>();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile InstantSource clock = InstantSource.system();
    volatile Optional<Duration> ttl = Optional.empty();
    volatile boolean losesAnswersOfWrites;
    volatile boolean closed;

    /** Forgets everything, as after FLUSHALL. */
    void forget() {
        stored.clear();
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        reads.incrementAndGet();
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        return onDriver(stored.getOrDefault(key, StoredConversation.none()).snapshot(clock.instant()));
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        writes.incrementAndGet();
        if (closed) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        Outcome[] outcome = new Outcome[1];
        stored.compute(key, (same, before) -> {
            StoredConversation.Step step = (before == null ? StoredConversation.none() : before)
                    .apply(
                            mutation,
                            WriteContext.at(key, clock.instant()).ttl(ttl).build());
            outcome[0] = step.outcome();
            return step.next().isGone() ? null : step.next();
        });
        return losesAnswersOfWrites
                ? CompletableFuture.failedFuture(
                        new StorageUnavailableException(key, Duration.ofSeconds(1), true, null))
                : onDriver(outcome[0]);
    }

    private static <T> CompletionStage<T> onDriver(T answer) {
        CompletableFuture<T> stage = new CompletableFuture<>();
        DRIVER.execute(() -> stage.complete(answer));
        return stage;
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
