package io.botfsm.cli;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisUser;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class OnServerTest extends AllCommandsOnRedis {
    private static RedisServerProcess servers;

    @BeforeAll
    static void start() {
        servers = RedisServerProcess.start(Operators.OF_CONVERSATIONS.setting(), Operators.OF_LOCKS.setting());
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    String uri() {
        return servers.uri(0);
    }

    @Override
    RedisUser operator() {
        return Operators.OF_CONVERSATIONS;
    }

    @Override
    RedisUser lockOperator() {
        return Operators.OF_LOCKS;
    }

    @Override
    List<RedisServerProcess> masters() {
        return List.of(servers);
    }
}
