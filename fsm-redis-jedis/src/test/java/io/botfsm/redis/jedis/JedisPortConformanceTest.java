package io.botfsm.redis.jedis;

import io.botfsm.redis.conformance.RedisPortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The port on Jedis, against a server of its own, behind a proxy. */
class JedisPortConformanceTest extends RedisPortConformance {
    private RedisServerProcess server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() {
        server = RedisServerProcess.start();
        proxy = new FaultyProxy(server);
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    @Override
    protected RedisPort open(Duration timeout) {
        return JedisAccess.to(RedisUri.parse(proxy.uri(0)), timeout, 8).port(port -> {});
    }

    @Override
    protected void loseAnswers() {
        proxy.dropReplies();
    }

    @Override
    protected void cutOff() {
        proxy.cut();
    }

    @Override
    protected void restore() {
        proxy.heal();
    }

    @Override
    protected void restart() {
        server.restart();
    }
}
