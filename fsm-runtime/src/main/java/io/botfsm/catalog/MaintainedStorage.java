package io.botfsm.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.inbox.UpdateInbox;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Blocking calls of a storage, for maintenance. Thread-safe. */
final class MaintainedStorage {
    private final StateStorage storage;

    MaintainedStorage(StateStorage storage) {
        this.storage = requireNonNull(storage, "storage");
    }

    /** @throws IllegalArgumentException if the storage offers no catalog */
    ConversationCatalog catalog() {
        return storage.extension(ConversationCatalog.class)
                .orElseThrow(() -> new IllegalArgumentException("the storage offers no ConversationCatalog: "
                        + storage.getClass().getName()));
    }

    Optional<DeadlineQueue> deadlines() {
        return storage.extension(DeadlineQueue.class);
    }

    Optional<UpdateInbox> inbox() {
        return storage.extension(UpdateInbox.class);
    }

    /** @throws IllegalArgumentException if the storage lacks the capability */
    void require(StateStorage.Capability capability, String call) {
        if (!storage.capabilities().contains(capability)) {
            throw new IllegalArgumentException(call + " needs a storage with " + capability + ", which "
                    + storage.getClass().getName() + " lacks");
        }
    }

    Snapshot read(StorageKey key) {
        return result(key, storage.read(key).toCompletableFuture(), false);
    }

    /** Starts a write; {@link #outcome} waits for it. */
    CompletableFuture<Outcome> begin(StorageKey key, Mutation mutation) {
        return storage.write(key, mutation).toCompletableFuture();
    }

    /** Waits for the outcome of a write; throws if it was fenced off. */
    Outcome outcome(StorageKey key, CompletableFuture<Outcome> write) {
        Outcome outcome = result(key, write, true);
        if (outcome instanceof Fenced fenced) {
            throw new StorageRefusedException(
                    key,
                    String.format(
                            Locale.ROOT,
                            "the storage writes with a fencing token lower than %d: use a storage without a token",
                            fenced.highestToken()),
                    false,
                    null);
        }
        return outcome;
    }

    Outcome write(StorageKey key, Mutation mutation) {
        return outcome(key, begin(key, mutation));
    }

    /**
     * Returns the stored content that a write conflicted with; throws if the write was not applied for another reason.
     */
    static Snapshot current(StorageKey key, Outcome refused) {
        if (refused instanceof Conflict conflict) {
            return conflict.current();
        }
        throw new IllegalStateException(
                String.format(Locale.ROOT, "%s: unexpected outcome of a maintenance write: %s", key, refused));
    }

    private static <T> T result(StorageKey key, CompletableFuture<T> call, boolean writes) {
        try {
            return call.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(key, writes, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw cause instanceof FsmException known ? known : new CompletionException(cause);
        }
    }
}
