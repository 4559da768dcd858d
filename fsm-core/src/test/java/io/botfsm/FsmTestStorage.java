package io.botfsm;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.WriteContext;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A working in-memory storage that, like a driver, completes calls on its own thread, named {@value #DRIVER}. */
final class FsmTestStorage implements StateStorage {
    static final String DRIVER = "driver";

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    Set<Capability> capabilities = EnumSet.allOf(Capability.class);
    Runnable beforeNextWrite = () -> {};
    volatile Optional<Duration> ttl = Optional.empty();
    volatile Instant now = Instant.EPOCH.plusSeconds(1);

    @Nullable
    Supplier<CompletionStage<Outcome>> insteadOfWrite;

    @Nullable
    Supplier<CompletionStage<Snapshot>> insteadOfRead;

    private final Map<StorageKey, StoredConversation> conversations = new ConcurrentHashMap<>();
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final ExecutorService driver = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, DRIVER);
        thread.setDaemon(true);
        return thread;
    });

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        reads.incrementAndGet();
        if (insteadOfRead != null) {
            return insteadOfRead.get();
        }
        return CompletableFuture.supplyAsync(() -> stored(key).snapshot(now), driver);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        writes.incrementAndGet();
        if (insteadOfWrite != null) {
            return insteadOfWrite.get();
        }
        Runnable before = beforeNextWrite;
        beforeNextWrite = () -> {};
        before.run();
        return CompletableFuture.supplyAsync(() -> apply(key, mutation), driver);
    }

    Outcome apply(StorageKey key, Mutation mutation) {
        synchronized (conversations) {
            StoredConversation.Step step = stored(key)
                    .apply(
                            mutation,
                            WriteContext.at(key, now)
                                    .firstVersion(clock.addAndGet(1_000))
                                    .ttl(ttl)
                                    .build());
            if (step.next().isGone()) {
                conversations.remove(key);
            } else {
                conversations.put(key, step.next());
            }
            return step.outcome();
        }
    }

    void replace(StorageKey key, StoredConversation other) {
        conversations.put(key, other);
    }

    void forgetAll() {
        conversations.clear();
    }

    StoredConversation stored(StorageKey key) {
        return conversations.getOrDefault(key, StoredConversation.none());
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public void close() {
        driver.shutdownNow();
    }
}
