package io.botfsm.recovery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.botfsm.storage.StorageKey;
import java.time.Duration;

/** The conversations that a recent look-up has not found. Bounded and expiring. Thread-safe. */
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

    /** The source does not know it. */
    void unknown(StorageKey key) {
        keys.put(key, Reason.UNKNOWN);
    }

    /** The source has failed, and that counts as not knowing it. */
    void unreachable(StorageKey key) {
        keys.put(key, Reason.UNREACHABLE);
    }

    boolean contains(StorageKey key) {
        return keys.getIfPresent(key) != null;
    }

    boolean containsUnknown(StorageKey key) {
        return keys.getIfPresent(key) == Reason.UNKNOWN;
    }

    /** A conversation has begun: should it be lost, the source may know it. */
    void forget(StorageKey key) {
        keys.invalidate(key);
    }

    long size() {
        keys.cleanUp();
        return keys.estimatedSize();
    }
}
