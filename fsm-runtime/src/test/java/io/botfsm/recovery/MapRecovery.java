package io.botfsm.recovery;

import io.botfsm.storage.StorageKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A source in a map, which records its calls, and can be made to wait or to fail. */
final class MapRecovery implements StateRecovery {
    /** A clear that was reported. */
    record Cleared(StorageKey key, long version) {}

    final Map<StorageKey, RecoveredConversation> known = new ConcurrentHashMap<>();
    final List<StorageKey> asked = new CopyOnWriteArrayList<>();
    final List<Cleared> cleared = new CopyOnWriteArrayList<>();
    final List<String> threads = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Boolean> open = CompletableFuture.completedFuture(true);
    volatile Optional<RuntimeException> failure = Optional.empty();

    /** Knows this conversation from now on. */
    MapRecovery knowing(StorageKey key, RecoveredConversation conversation) {
        known.put(key, conversation);
        return this;
    }

    @Override
    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        asked.add(key);
        threads.add(Thread.currentThread().getName());
        // Read at once and answered later: what a slow database does.
        Optional<RecoveredConversation> found = Optional.ofNullable(known.get(key));
        return open.thenApply(go -> {
            failure.ifPresent(e -> {
                throw e;
            });
            return found;
        });
    }

    @Override
    public CompletionStage<Void> cleared(StorageKey key, long version) {
        threads.add(Thread.currentThread().getName());
        return open.thenAccept(go -> {
            failure.ifPresent(e -> {
                throw e;
            });
            cleared.add(new Cleared(key, version));
            known.remove(key);
        });
    }
}
