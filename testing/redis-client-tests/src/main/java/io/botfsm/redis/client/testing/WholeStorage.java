package io.botfsm.redis.client.testing;

import io.botfsm.redis.BotRedis;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A storage that is closed together with its connection. */
public record WholeStorage(BotRedis redis, StateStorage storage) implements StateStorage {
    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        return storage.read(key);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        return storage.write(key, mutation);
    }

    @Override
    public Set<Capability> capabilities() {
        return storage.capabilities();
    }

    @Override
    public void close() {
        redis.close();
    }
}
