package io.botfsm.cli;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** On Redis, where the bot has Jedis, and the command Lettuce. */
abstract class AllCommandsOnRedis extends AllCommands {
    private BotRedis bot;
    private StateStorage storage;

    abstract String uri();

    abstract RedisUser operator();

    abstract RedisUser lockOperator();

    /** The servers that accept writes. */
    abstract List<RedisServerProcess> masters();

    @BeforeEach
    final void connect() {
        storage(); // before the seed, whichever comes first
    }

    @AfterEach
    final void disconnect() {
        bot.close();
    }

    @Override
    final StateStorage storage() {
        if (bot == null) {
            bot = JedisRedis.builder(uri())
                    .commandTimeout(Duration.ofSeconds(20))
                    .leaseOptions(RedisLeaseOptions.builder().newStore(true).build())
                    .connect();
            storage = bot.stateStorage();
        }
        return storage;
    }

    @Override
    final LeaseStore leases() {
        return bot.leaseStore();
    }

    @Override
    final Map<String, String> environment() {
        return Map.of("BOTFSM_STORE", operator().in(uri()));
    }

    @Override
    final Map<String, String> lockEnvironment() {
        return Map.of("BOTFSM_STORE", lockOperator().in(uri()));
    }

    @Override
    final void empty() {
        for (RedisServerProcess master : masters()) {
            try (RespConnection connection = master.connect()) {
                connection.call("FLUSHALL");
            }
        }
    }
}
