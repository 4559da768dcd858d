package io.botfsm.cli;

import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class OnClusterTest extends AllCommandsOnRedis {
    private static RedisClusterServers servers;

    @BeforeAll
    static void start() {
        servers = RedisClusterServers.start(
                2, 0, Operators.OF_CLUSTERS.setting(), Operators.OF_LOCKS_IN_CLUSTERS.setting());
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    String uri() {
        return servers.uri();
    }

    @Override
    RedisUser operator() {
        return Operators.OF_CLUSTERS;
    }

    @Override
    RedisUser lockOperator() {
        return Operators.OF_LOCKS_IN_CLUSTERS;
    }

    @Override
    List<RedisServerProcess> masters() {
        return servers.servers();
    }
}
