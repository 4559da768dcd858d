package io.botfsm.redis.client.testing;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;

/** A storage that is closed together with its connection. */
public final class WholeStorage extends ForwardingStateStorage {
    private final BotRedis redis;

    public WholeStorage(BotRedis redis, StateStorage storage) {
        super(storage);
        this.redis = redis;
    }

    /** Conversations in this library's layout. */
    static StateStorage of(BotRedis redis, Optional<Duration> ttl) {
        RedisStorageOptions.Builder options = RedisStorageOptions.builder();
        ttl.ifPresent(options::ttl);
        return new WholeStorage(redis, redis.stateStorage(options.build()));
    }

    @Override
    public void close() {
        redis.close();
    }
}
