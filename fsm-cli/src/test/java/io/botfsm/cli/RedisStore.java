package io.botfsm.cli;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisSentinels;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Redis, where the bot uses Jedis, and the command Lettuce. */
final class RedisStore implements TriedStore {
    private final List<RedisServerProcess> masters;
    private final Runnable stop;
    private final Map<String, String> environment;
    private final Map<String, String> lockEnvironment;
    private final Map<String, String> migrationEnvironment;
    private final BotRedis bot;
    private final StateStorage storage;

    private RedisStore(
            String uri, RedisUser operator, RedisUser lockOperator, List<RedisServerProcess> masters, Runnable stop) {
        this.masters = masters;
        this.stop = stop;
        this.environment = Map.of("BOTFSM_STORE", operator.in(uri));
        this.lockEnvironment = Map.of("BOTFSM_STORE", lockOperator.in(uri));
        this.migrationEnvironment = Map.of("BOTFSM_STORE", Operators.OF_MIGRATIONS.in(uri));
        this.bot =
                JedisRedis.builder(uri).commandTimeout(Duration.ofSeconds(20)).connect();
        this.storage = bot.stateStorage();
    }

    static TriedStore server() {
        RedisServerProcess server = RedisServerProcess.start(
                Operators.OF_CONVERSATIONS.setting(), Operators.OF_LOCKS.setting(), Operators.OF_MIGRATIONS.setting());
        return new RedisStore(
                server.uri(0), Operators.OF_CONVERSATIONS, Operators.OF_LOCKS, List.of(server), server::close);
    }

    static TriedStore sentinel() {
        RedisSentinels servers = RedisSentinels.start(
                Operators.OF_CONVERSATIONS.setting(), Operators.OF_LOCKS.setting(), Operators.OF_MIGRATIONS.setting());
        return new RedisStore(
                servers.uri(0),
                Operators.OF_CONVERSATIONS,
                Operators.OF_LOCKS,
                List.of(servers.master()),
                servers::close);
    }

    static TriedStore cluster() {
        RedisClusterServers servers = RedisClusterServers.start(
                2,
                0,
                Operators.OF_CLUSTERS.setting(),
                Operators.OF_LOCKS_IN_CLUSTERS.setting(),
                Operators.OF_MIGRATIONS.setting());
        return new RedisStore(
                servers.uri(),
                Operators.OF_CLUSTERS,
                Operators.OF_LOCKS_IN_CLUSTERS,
                servers.servers(),
                servers::close);
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Map<String, String> lockEnvironment() {
        return lockEnvironment;
    }

    @Override
    public Map<String, String> migrationEnvironment() {
        return migrationEnvironment;
    }

    @Override
    public StateStorage storage() {
        return storage;
    }

    @Override
    public LeaseStore leases() {
        return bot.leaseStore();
    }

    @Override
    public void empty() {
        for (RedisServerProcess master : masters) {
            try (RespConnection connection = master.connect()) {
                connection.call("FLUSHALL");
            }
        }
    }

    @Override
    public void close() {
        bot.close();
        stop.run();
    }
}
