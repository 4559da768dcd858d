package io.botfsm.cli;

import io.botfsm.storage.FencedException;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletionStage;

/** Writes with a fencing token; a write that is refused for it fails with a {@link FencedException}. */
final class OperatorFence extends ForwardingStateStorage {
    private final long token;

    OperatorFence(StateStorage storage, long token) {
        super(new FencedStateStorage(storage, token));
        this.token = token;
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        return super.write(key, mutation).thenApply(outcome -> {
            if (outcome instanceof Fenced fenced) {
                throw new FencedException(key, token, fenced.highestToken());
            }
            return outcome;
        });
    }
}
