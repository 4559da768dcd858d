package io.botfsm.recovery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.botfsm.recovery.RecoveringStateStorage.OnFailure;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reports clears to the source, and remembers which ones it has confirmed: for a bounded number of conversations, the
 * version up to which they are cleared. Thread-safe.
 */
final class ClearNotifier {
    private record Clear(StorageKey key, long version) {}

    private final RecoverySource source;
    private final OnFailure onFailure;
    private final NegativeCache negativeCache;
    private final SingleFlight<Clear, @Nullable Void> reports = new SingleFlight<>();
    private final Cache<StorageKey, Long> confirmed;

    ClearNotifier(RecoverySource source, OnFailure onFailure, NegativeCache negativeCache, long size) {
        this.source = source;
        this.onFailure = onFailure;
        this.negativeCache = negativeCache;
        confirmed =
                Caffeine.newBuilder().maximumSize(size).executor(Runnable::run).build();
    }

    /** Returns the snapshot after the source has confirmed the clear, if the snapshot shows one. */
    CompletableFuture<Snapshot> confirmed(StorageKey key, Snapshot snapshot, boolean mayBeApplied) {
        if (snapshot.hasEnded() && negativeCache.containsUnknown(key)) {
            markConfirmed(key, snapshot.version());
        }
        return isTombstone(snapshot) && !isConfirmed(key, snapshot.version()) && !isHopeless(key)
                ? report(key, snapshot.version(), mayBeApplied).thenApply(done -> snapshot)
                : CompletableFuture.completedFuture(snapshot);
    }

    /**
     * Returns whether a snapshot is what a clear has left, rather than the remains of a conversation whose time to live
     * has expired.
     */
    static boolean isTombstone(Snapshot snapshot) {
        return snapshot.version() > 0
                && !snapshot.hasEnded()
                && snapshot.state().isEmpty()
                && snapshot.data().isEmpty();
    }

    boolean isConfirmed(StorageKey key, long version) {
        Long upTo = confirmed.getIfPresent(key);
        return upTo != null && upTo >= version;
    }

    /**
     * Returns whether a failing source should not be asked again for each read, since its failures are treated as not
     * knowing the conversation.
     */
    private boolean isHopeless(StorageKey key) {
        return onFailure == OnFailure.TREAT_AS_MISSING && negativeCache.contains(key);
    }

    /** Records that no report is needed: the source knows no conversation up to this version. */
    void markConfirmed(StorageKey key, long version) {
        confirmed.asMap().merge(key, version, Math::max);
    }

    CompletableFuture<@Nullable Void> report(StorageKey key, long version, boolean mayBeApplied) {
        return reports.join(
                        new Clear(key, version),
                        () -> source.cleared(key, version).thenRun(() -> markConfirmed(key, version)))
                .exceptionallyCompose(failure -> failed(key, mayBeApplied, Futures.cause(failure)));
    }

    private CompletableFuture<@Nullable Void> failed(StorageKey key, boolean mayBeApplied, Throwable failure) {
        if (onFailure == OnFailure.TREAT_AS_MISSING && failure instanceof RecoveryFailedException) {
            negativeCache.unreachable(key);
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.failedFuture(
                failure instanceof RecoveryFailedException e
                        ? new RecoveryFailedException(key, mayBeApplied, e.getCause())
                        : failure);
    }

    void close(Throwable reason) {
        reports.fail(reason);
    }

    int underWay() {
        return reports.size();
    }

    long size() {
        confirmed.cleanUp();
        return confirmed.estimatedSize();
    }
}
