package io.botfsm.recovery;

import io.botfsm.recovery.RecoveringStateStorage.OnFailure;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.util.concurrent.CompletableFuture;

/** Restores missing conversations from the source, one lookup at a time per conversation. Thread-safe. */
final class Restoration {
    private final StateStorage storage;
    private final RecoverySource source;
    private final OnFailure onFailure;
    private final NegativeCache negativeCache;
    private final PerKeySerializer serializer;
    private final Counters counters;
    private final SingleFlight<StorageKey, Snapshot> lookUps = new SingleFlight<>();

    Restoration(
            StateStorage storage,
            RecoverySource source,
            OnFailure onFailure,
            NegativeCache negativeCache,
            PerKeySerializer serializer,
            Counters counters) {
        this.storage = storage;
        this.source = source;
        this.onFailure = onFailure;
        this.negativeCache = negativeCache;
        this.serializer = serializer;
        this.counters = counters;
    }

    /**
     * Returns whether the source may know more than what is stored: nothing is stored, or only what has outlived state
     * and data.
     */
    static boolean isMissing(Snapshot stored) {
        return stored.version() == 0 || stored.hasEnded();
    }

    /**
     * Asks the source, and returns what is stored afterwards.
     *
     * @param missing what is stored now
     * @param ignoresMisses whether to ask even if the source has recently reported that it does not know the
     *     conversation
     */
    CompletableFuture<Snapshot> restore(StorageKey key, Snapshot missing, boolean ignoresMisses) {
        return !ignoresMisses && isKnownMiss(key)
                ? CompletableFuture.completedFuture(missing)
                : lookUps.join(key, () -> serializer.run(key, () -> readOrLookUp(key, ignoresMisses)));
    }

    private boolean isKnownMiss(StorageKey key) {
        boolean known = negativeCache.contains(key);
        if (known) {
            counters.knownMisses.increment();
        }
        return known;
    }

    /**
     * Reads again before the lookup: a caller that found nothing may arrive here after the lookup of another caller has
     * ended.
     */
    private CompletableFuture<Snapshot> readOrLookUp(StorageKey key, boolean ignoresMisses) {
        return storage.read(key)
                .thenCompose(now -> !isMissing(now) || (!ignoresMisses && isKnownMiss(key))
                        ? CompletableFuture.completedFuture(now)
                        : lookUp(key, now))
                .toCompletableFuture();
    }

    private CompletableFuture<Snapshot> lookUp(StorageKey key, Snapshot missing) {
        return source.lookUp(key, missing)
                .thenCompose(found -> {
                    if (found.isPresent()) {
                        return store(key, missing, found.get());
                    }
                    negativeCache.unknown(key);
                    return CompletableFuture.completedFuture(missing);
                })
                .exceptionallyCompose(failure -> failed(key, missing, Futures.cause(failure)));
    }

    private CompletableFuture<Snapshot> failed(StorageKey key, Snapshot missing, Throwable failure) {
        if (onFailure == OnFailure.FAIL || !(failure instanceof RecoveryFailedException)) {
            return CompletableFuture.failedFuture(failure);
        }
        negativeCache.unreachable(key);
        return CompletableFuture.completedFuture(missing);
    }

    private CompletableFuture<Snapshot> store(StorageKey key, Snapshot missing, Mutation restoring) {
        return storage.write(key, restoring)
                .toCompletableFuture()
                .thenApply(outcome -> stored(missing, restoring, outcome))
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(asReadFailure(key, Futures.cause(failure))));
    }

    private Snapshot stored(Snapshot missing, Mutation restoring, Outcome outcome) {
        if (outcome instanceof Applied applied) {
            counters.restores.increment();
            EventWindow events = missing.events();
            return Snapshot.builder()
                    .state(restoring.state())
                    .data(restoring.puts())
                    .attributes(restoring.attributes())
                    .version(applied.version())
                    .events(restoring.eventId().map(events::with).orElse(events))
                    .since(applied.since())
                    .touched(applied.at())
                    .build();
        }
        counters.lostToConcurrentWrites.increment();
        if (outcome instanceof Conflict conflict) {
            return conflict.current();
        }
        if (outcome instanceof Duplicate duplicate) {
            return duplicate.current();
        }
        throw new FsmException("the storage reported a write without a fencing token as fenced");
    }

    /**
     * Converts a failure to one of a read: what the caller wanted to read or write has not happened, whatever the
     * result of the restoring write is.
     */
    private static Throwable asReadFailure(StorageKey key, Throwable failure) {
        return failure instanceof StorageUnavailableException unavailable && unavailable.mayBeApplied()
                ? new StorageUnavailableException(key, unavailable.timeout(), false, unavailable)
                : failure;
    }

    void close(Throwable reason) {
        lookUps.fail(reason);
    }

    int underWay() {
        return lookUps.size();
    }
}
