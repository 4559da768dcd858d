package io.botfsm.redis.client.testing;

import io.botfsm.redis.BotRedis;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.StateStorage;

/** A storage that is closed together with its connection. */
public final class WholeStorage extends ForwardingStateStorage {
    private final BotRedis redis;

    public WholeStorage(BotRedis redis, StateStorage storage) {
        super(storage);
        this.redis = redis;
    }

    @Override
    public void close() {
        redis.close();
    }
}
