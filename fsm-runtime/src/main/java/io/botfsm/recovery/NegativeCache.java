package io.botfsm.recovery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.botfsm.storage.StorageKey;
import java.time.Duration;

/** The conversations that a recent lookup did not find. Bounded and expiring. Thread-safe. */
final class NegativeCache {
    private enum Reason {
        UNKNOWN,
        UNREACHABLE
    }

    private final Cache<StorageKey, Reason> keys;

    NegativeCache(long size, Duration ttl, Ticker ticker) {
        keys = Caffeine.newBuilder()
                .maximumSize(size)
                .expireAfterWrite(ttl)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** Records that the source does not know the conversation. */
    void unknown(StorageKey key) {
        keys.put(key, Reason.UNKNOWN);
    }

    /** Records that the source has failed, which is treated as not knowing the conversation. */
    void unreachable(StorageKey key) {
        keys.put(key, Reason.UNREACHABLE);
    }

    boolean contains(StorageKey key) {
        return keys.getIfPresent(key) != null;
    }

    boolean containsUnknown(StorageKey key) {
        return keys.getIfPresent(key) == Reason.UNKNOWN;
    }

    /** Removes a conversation that has begun: if it is lost, the source may know it. */
    void forget(StorageKey key) {
        keys.invalidate(key);
    }

    long size() {
        keys.cleanUp();
        return keys.estimatedSize();
    }
}
