package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Ticker;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A storage that looks up missing conversations in a second source, and stores what it finds, so that the source is
 * asked only once. Conversations that are stored are never looked up. A conversation that was cleared is not recovered:
 * every clear is reported to the source before the stage of the clearing write completes, and again by any later call
 * that finds the remains of an unconfirmed clear. A conversation whose time to live has expired is treated as missing,
 * even if its events and its fencing token outlive it.
 *
 * <p>A read of a stored conversation has no additional cost. A read of a missing conversation takes a second read, the
 * lookup and the restoring write; concurrent reads share them. A write without an expected version takes an additional
 * read, since what it keeps has to be recovered first, unless it replaces the whole conversation regardless of what was
 * there. A write that may have emptied the conversation takes an additional read if its outcome does not show whether
 * it is empty.
 *
 * <p>A restored conversation has the storage's own time to live, and no fencing token. If a new conversation begins
 * while the old one is being recovered, the recovered one is dropped.
 *
 * <p>Thread-safe. If the source fails, or does not answer within the timeout, the stage fails with
 * {@link RecoveryFailedException}, or the source is treated as not knowing the conversation: see {@link OnFailure}. The
 * source is never called on the caller's thread or on a thread of the driver. Closing this storage closes the wrapped
 * storage and ends calls that wait for the source; the source itself is not closed.
 */
public final class RecoveringStateStorage extends ForwardingStateStorage {
    /** What happens when the source fails. */
    public enum OnFailure {
        /** The call fails with {@link RecoveryFailedException}. */
        FAIL,
        /**
         * The source is treated as not knowing the conversation, for the time of the negative cache. A write then
         * begins a new conversation, and what the source knew is discarded.
         */
        TREAT_AS_MISSING
    }

    private final Counters counters = new Counters();
    private final NegativeCache negativeCache;
    private final PerKeySerializer serializer;
    private final Restoration restoration;
    private final ClearNotifier clears;

    private RecoveringStateStorage(Builder builder) {
        super(builder.storage);
        Executor executor = builder.executor.orElseGet(RecoveryPool::start);
        boolean takesEvents = builder.storage.capabilities().contains(Capability.EVENT_ID);
        RecoverySource source = new RecoverySource(builder.recovery, executor, builder.timeout, takesEvents, counters);
        negativeCache = new NegativeCache(builder.cacheSize, builder.cacheTtl, builder.ticker);
        serializer = new PerKeySerializer(executor);
        restoration = new Restoration(builder.storage, source, builder.onFailure, negativeCache, serializer, counters);
        clears = new ClearNotifier(source, builder.onFailure, negativeCache, builder.cacheSize);
    }

    /**
     * Returns a builder for a storage that recovers conversations.
     *
     * @param storage where the conversations are kept; closed with the built one
     * @param recovery the second source; not closed
     * @throws IllegalArgumentException if the storage keeps no versions
     */
    public static Builder builder(StateStorage storage, StateRecovery recovery) {
        requireNonNull(storage, "storage");
        requireNonNull(recovery, "recovery");
        return new Builder(storage, recovery);
    }

    /** Returns the counts of what was done so far. */
    public RecoveryCounts counts() {
        return counters.now();
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        return known(key, false);
    }

    /**
     * Returns what is stored: after a lookup if it was missing, and after a report to the source if it is what a clear
     * has left.
     */
    private CompletionStage<Snapshot> known(StorageKey key, boolean ignoresMisses) {
        return storage()
                .read(key)
                .thenCompose(found -> Restoration.isMissing(found)
                        ? restoration.restore(key, found, ignoresMisses)
                        : CompletableFuture.completedFuture(found))
                .thenCompose(now -> clears.confirmed(key, now, false));
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        return dependsOnWhatWasThere(requireNonNull(mutation, "mutation"))
                ? known(key, isWholeClear(mutation)).thenCompose(now -> writeKnown(key, mutation, true))
                : writeKnown(key, mutation, true);
    }

    /**
     * Returns whether a write depends on the stored content: not if it expects a version, since the writer has then
     * read it, and not if it replaces everything.
     */
    private static boolean dependsOnWhatWasThere(Mutation mutation) {
        boolean setsAll = mutation.changesState() && mutation.replacesData() && putsAny(mutation);
        return mutation.expectedVersion().isEmpty() && (!setsAll || mutation.expectsState());
    }

    private static boolean putsAny(Mutation mutation) {
        return mutation.state().isPresent() || !mutation.puts().isEmpty();
    }

    private static boolean isWholeClear(Mutation mutation) {
        return mutation.changesState() && mutation.replacesData() && !putsAny(mutation);
    }

    private static boolean mayLeaveNothing(Mutation mutation) {
        boolean removesAny = mutation.changesState()
                || mutation.replacesData()
                || !mutation.removals().isEmpty();
        return removesAny && !putsAny(mutation);
    }

    private CompletionStage<Outcome> writeKnown(StorageKey key, Mutation mutation, boolean mayRetry) {
        return written(key, mutation).thenCompose(outcome -> {
            if (outcome instanceof Conflict conflict) {
                return conflict(key, mutation, conflict, mayRetry);
            }
            return outcome instanceof Duplicate duplicate
                    ? duplicate(key, duplicate)
                    : CompletableFuture.completedFuture(outcome);
        });
    }

    /** Handles a duplicate, which carries the current conversation. If that has ended, it did so after it was read. */
    private CompletionStage<Outcome> duplicate(StorageKey key, Duplicate duplicate) {
        return duplicate.current().hasEnded()
                ? known(key, false).thenApply(Duplicate::of)
                : clears.confirmed(key, duplicate.current(), true).thenApply(confirmed -> duplicate);
    }

    /**
     * Writes. A clear that leaves no event and no token leaves nothing that would prevent a concurrent recovery from
     * restoring the conversation, so the two are serialized. If a clear leaves something, the restoring write fails.
     */
    private CompletionStage<Outcome> written(StorageKey key, Mutation mutation) {
        boolean leavesNoTrace = mayLeaveNothing(mutation)
                && mutation.eventId().isEmpty()
                && mutation.fencingToken().isEmpty();
        return leavesNoTrace
                ? serializer.run(key, () -> writtenAndReported(key, mutation).toCompletableFuture())
                : writtenAndReported(key, mutation);
    }

    private CompletionStage<Outcome> writtenAndReported(StorageKey key, Mutation mutation) {
        return storage()
                .write(key, mutation)
                .thenCompose(outcome -> outcome instanceof Applied applied
                        ? applied(key, mutation, applied)
                        : CompletableFuture.completedFuture(outcome));
    }

    private CompletionStage<Outcome> applied(StorageKey key, Mutation mutation, Applied applied) {
        boolean isNew = applied.previousVersion() == 0 && applied.version() > 0;
        boolean leavesEvent = isNew && !putsAny(mutation);
        if (leavesEvent && negativeCache.containsUnknown(key)) {
            clears.markConfirmed(key, applied.version());
            return CompletableFuture.completedFuture(applied);
        }
        boolean leavesMore = applied.state().isPresent() || !mutation.puts().isEmpty();
        if (isNew || leavesMore) {
            negativeCache.forget(key);
        }
        if (leavesMore) {
            return CompletableFuture.completedFuture(applied);
        }
        if (applied.version() == 0) {
            return applied.previousVersion() == 0
                    ? CompletableFuture.completedFuture(applied)
                    : reported(key, applied, applied.previousVersion());
        }
        if (clears.isConfirmed(key, applied.previousVersion()) && applied.previousVersion() > 0) {
            clears.markConfirmed(key, applied.version()); // nothing was there, and nothing was put
            return CompletableFuture.completedFuture(applied);
        }
        if (leavesEvent || isWholeClear(mutation) || mutation.replacesData()) {
            return reported(key, applied, applied.version());
        }
        return mayLeaveNothing(mutation) ? reportedIfEmpty(key, applied) : CompletableFuture.completedFuture(applied);
    }

    private CompletionStage<Outcome> reported(StorageKey key, Applied applied, long version) {
        return clears.report(key, version, true).thenApply(done -> applied);
    }

    private CompletionStage<Outcome> reportedIfEmpty(StorageKey key, Applied applied) {
        return storage()
                .read(key)
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(afterTheWrite(key, Futures.cause(failure))))
                .thenCompose(now -> {
                    boolean isUnchanged = now.version() == applied.version();
                    return isUnchanged && !ClearNotifier.isTombstone(now)
                            ? CompletableFuture.completedFuture(applied)
                            : reported(key, applied, applied.version());
                });
    }

    private static Throwable afterTheWrite(StorageKey key, Throwable failure) {
        return failure instanceof StorageUnavailableException unavailable
                ? new StorageUnavailableException(key, unavailable.timeout(), true, unavailable)
                : failure;
    }

    /**
     * Handles a conflict, which carries the current conversation. If that is missing, it was lost or has ended after it
     * was read.
     */
    private CompletionStage<Outcome> conflict(StorageKey key, Mutation mutation, Conflict conflict, boolean mayRetry) {
        if (!Restoration.isMissing(conflict.current())) {
            return clears.confirmed(key, conflict.current(), false).thenApply(confirmed -> conflict);
        }
        return known(key, false).thenCompose(now -> {
            boolean restored =
                    !Restoration.isMissing(now) && mutation.expectedVersion().isEmpty();
            return restored && mayRetry
                    ? writeKnown(key, mutation, false)
                    : CompletableFuture.completedFuture(Conflict.of(now));
        });
    }

    @Override
    public void close() {
        super.close();
        StorageClosedException closed = new StorageClosedException();
        restoration.close(closed);
        clears.close(closed);
    }

    /** Returns how much work is in progress, for tests. */
    int underWay() {
        return restoration.underWay() + clears.underWay() + serializer.size();
    }

    /** Returns how many entries are remembered, for tests. */
    long remembered() {
        return negativeCache.size() + clears.size();
    }

    static Duration positive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + duration);
        }
        return duration;
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private final StateStorage storage;
        private final StateRecovery recovery;
        private OnFailure onFailure = OnFailure.FAIL;
        private Duration timeout = Duration.ofSeconds(5);
        private long cacheSize = 10_000;
        private Duration cacheTtl = Duration.ofSeconds(10);
        private Ticker ticker = Ticker.systemTicker();
        private Optional<Executor> executor = Optional.empty();

        private Builder(StateStorage storage, StateRecovery recovery) {
            if (!storage.capabilities().contains(Capability.VERSION)) {
                throw new IllegalArgumentException(
                        "recovery needs a storage with VERSION; this one has " + storage.capabilities());
            }
            this.storage = storage;
            this.recovery = recovery;
        }

        /** Sets what happens when the source fails. The default is {@link OnFailure#FAIL}. */
        public Builder onFailure(OnFailure choice) {
            requireNonNull(choice, "choice");
            onFailure = choice;
            return this;
        }

        /**
         * Sets how long the source may take for each answer. The default is 5 seconds.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder timeout(Duration answer) {
            requireNonNull(answer, "answer");
            timeout = positive("timeout", answer);
            return this;
        }

        /**
         * Sets for how many conversations, and for how long, the storage remembers that the source does not have them.
         * The default is 10,000 for 10 seconds. The same number of confirmed clears is remembered.
         *
         * @throws IllegalArgumentException if one of them is not positive
         */
        public Builder negativeCache(long size, Duration ttl) {
            requireNonNull(ttl, "ttl");
            if (size <= 0) {
                throw new IllegalArgumentException("size of the negative cache must be positive: " + size);
            }
            cacheSize = size;
            cacheTtl = positive("time to live of the negative cache", ttl);
            return this;
        }

        /**
         * Sets the executor that starts calls to the source. It is not closed. The default is an internal pool of two
         * daemon threads.
         */
        public Builder executor(Executor forSource) {
            requireNonNull(forSource, "forSource");
            executor = Optional.of(forSource);
            return this;
        }

        Builder ticker(Ticker source) {
            ticker = source;
            return this;
        }

        /** Builds the storage. */
        public RecoveringStateStorage build() {
            return new RecoveringStateStorage(this);
        }
    }
}
