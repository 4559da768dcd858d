package io.botfsm.recovery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.botfsm.recovery.RecoveringStateStorage.OnFailure;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells the source what was cleared, and remembers what it has confirmed: a bounded number of conversations, of each the
 * version up to which it knows. Thread-safe.
 */
final class Clears {
    private record Clear(StorageKey key, long version) {}

    private final Source source;
    private final OnFailure onFailure;
    private final Absences absences;
    private final SingleFlight<Clear, @Nullable Void> tellings = new SingleFlight<>();
    private final Cache<StorageKey, Long> told;

    Clears(Source source, OnFailure onFailure, Absences absences, long size) {
        this.source = source;
        this.onFailure = onFailure;
        this.absences = absences;
        told = Caffeine.newBuilder().maximumSize(size).executor(Runnable::run).build();
    }

    /** The snapshot, once the source knows of the clear if that is what it shows. */
    CompletableFuture<Snapshot> confirmed(StorageKey key, Snapshot snapshot, boolean mayBeApplied) {
        return isTombstone(snapshot) && !isTold(key, snapshot.version()) && !isHopeless(key)
                ? tell(key, snapshot.version(), mayBeApplied).thenApply(done -> snapshot)
                : CompletableFuture.completedFuture(snapshot);
    }

    static boolean isTombstone(Snapshot snapshot) {
        return snapshot.version() > 0
                && snapshot.state().isEmpty()
                && snapshot.data().isEmpty();
    }

    boolean isTold(StorageKey key, long version) {
        Long upTo = told.getIfPresent(key);
        return upTo != null && upTo >= version;
    }

    /** Where a failing source counts as one that knows nothing, it is not asked for each read. */
    private boolean isHopeless(StorageKey key) {
        return onFailure == OnFailure.TREAT_AS_MISSING && absences.contain(key);
    }

    /** The source need not be told: it knows of no conversation up to this version. */
    void markTold(StorageKey key, long version) {
        told.asMap().merge(key, version, Math::max);
    }

    CompletableFuture<@Nullable Void> tell(StorageKey key, long version, boolean mayBeApplied) {
        return tellings.join(
                        new Clear(key, version), () -> source.tell(key, version).thenRun(() -> markTold(key, version)))
                .exceptionallyCompose(failure -> failed(key, mayBeApplied, Attempt.cause(failure)));
    }

    private CompletableFuture<@Nullable Void> failed(StorageKey key, boolean mayBeApplied, Throwable failure) {
        if (onFailure == OnFailure.TREAT_AS_MISSING && failure instanceof RecoveryFailedException) {
            absences.unreachable(key);
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.failedFuture(
                failure instanceof RecoveryFailedException e
                        ? new RecoveryFailedException(key, mayBeApplied, e.getCause())
                        : failure);
    }

    void close(Throwable reason) {
        tellings.fail(reason);
    }

    int underWay() {
        return tellings.size();
    }

    long size() {
        told.cleanUp();
        return told.estimatedSize();
    }
}
