package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletionStage;

/**
 * Puts the fencing token of one lease on every write, for writers that are no {@link io.botfsm.Fsm}: once a later lease
 * has written a conversation, also to clear it, this storage changes it no more (spec rule 13).
 *
 * <p>The token is a constant of the lease: take a new storage with each lease, and never look a token up when writing,
 * or a handler that began under one lease writes under the next. A write that brings a token is stored under the lower
 * of the two.
 *
 * <p>Thread-safe.
 */
public final class FencedStateStorage extends ForwardingStateStorage {
    private final long token;

    /**
     * The storage of one lease.
     *
     * @param storage where the conversations are kept; closed with this one
     * @param token the lease's fencing token
     * @throws IllegalArgumentException if the token is below 1 or above {@link Mutation#MAX_FENCE}, or the storage
     *     lacks {@link StateStorage.Capability#FENCING}
     */
    public FencedStateStorage(StateStorage storage, long token) {
        super(storage);
        if (!storage.capabilities().contains(Capability.FENCING)) {
            throw new IllegalArgumentException("token " + token + " would fence nothing: the storage lacks FENCING");
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
