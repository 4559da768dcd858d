package io.botfsm;

import io.botfsm.storage.FencedException;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.OptionalLong;

/** The fencing token that every write of one {@link Fsm} carries, if it has one. */
record Fence(OptionalLong token) {
    static final Fence NONE = new Fence(OptionalLong.empty());

    static Fence of(long token) {
        return new Fence(OptionalLong.of(Mutation.requireFence(token)));
    }

    Mutation.Builder on(Mutation.Builder write) {
        return token.isPresent() ? write.fencingToken(token.getAsLong()) : write;
    }

    /** Returns the storage wrapped so that its writes carry the token. */
    StateStorage on(StateStorage storage) {
        return token.isPresent() ? new FencedStateStorage(storage, token.getAsLong()) : storage;
    }

    FencedException exceeded(StorageKey key, Fenced outcome) {
        return new FencedException(key, token.orElse(0), outcome.highestToken());
    }
}
