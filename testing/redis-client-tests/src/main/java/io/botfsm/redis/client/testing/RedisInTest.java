package io.botfsm.redis.client.testing;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.AiogramLayout;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.storage.StateStorage;

/** An object of a client's entry class, whose methods these are, {@link Object#toString} included. */
public interface RedisInTest extends AutoCloseable {
    StateStorage stateStorage();

    StateStorage stateStorage(RedisStorageOptions options);

    StateStorage stateStorage(AiogramLayout layout);

    LeaseStore leaseStore();

    @Override
    void close();
}
