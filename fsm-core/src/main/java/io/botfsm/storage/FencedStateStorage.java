package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletionStage;

/**
 * Adds the fencing token of one lease to every write, for code that does not write through an {@link io.botfsm.Fsm}.
 * Once a later lease has written a conversation, including to clear it, this storage can no longer change it (spec rule
 * 13).
 *
 * <p>The token belongs to one lease: create a new storage for each lease. Never look the token up at the time of a
 * write; otherwise a handler that began under one lease would write under the next. If a write already has a token, the
 * lower of the two is used.
 *
 * <p>Thread-safe.
 */
public final class FencedStateStorage extends ForwardingStateStorage {
    private final long token;

    /**
     * Creates the storage for one lease.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param token the lease's fencing token
     * @throws IllegalArgumentException if the token is below 1 or above {@link Mutation#MAX_FENCE}, or the storage
     *     lacks {@link StateStorage.Capability#FENCING}
     */
    public FencedStateStorage(StateStorage storage, long token) {
        super(storage);
        if (!storage.capabilities().contains(Capability.FENCING)) {
            throw new IllegalArgumentException(
                    "fencing token " + token + " would have no effect: the storage lacks FENCING");
        }
        this.token = Mutation.requireFence(token);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        long lower = Math.min(token, mutation.fencingToken().orElse(token));
        return storage().write(key, mutation.toBuilder().fencingToken(lower).build());
    }
}
