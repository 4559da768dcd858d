package io.botfsm.recovery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.botfsm.storage.StorageKey;
import java.time.Duration;

/** The conversations that the source was asked for in vain a short time ago: the negative cache. Thread-safe. */
final class Absences {
    private enum Reason {
        UNKNOWN,
        UNREACHABLE
    }

    private final Cache<StorageKey, Reason> absences;

    Absences(long size, Duration ttl, Ticker ticker) {
        absences = Caffeine.newBuilder()
                .maximumSize(size)
                .expireAfterWrite(ttl)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** The source does not know it. */
    void unknown(StorageKey key) {
        absences.put(key, Reason.UNKNOWN);
    }

    /** The source has failed, and that counts as not knowing it. */
    void unreachable(StorageKey key) {
        absences.put(key, Reason.UNREACHABLE);
    }

    boolean contain(StorageKey key) {
        return absences.getIfPresent(key) != null;
    }

    boolean containUnknown(StorageKey key) {
        return absences.getIfPresent(key) == Reason.UNKNOWN;
    }

    /** A conversation has begun: should it be lost, the source may know it. */
    void forget(StorageKey key) {
        absences.invalidate(key);
    }

    long size() {
        absences.cleanUp();
        return absences.estimatedSize();
    }
}
