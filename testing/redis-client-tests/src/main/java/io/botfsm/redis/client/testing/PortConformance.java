package io.botfsm.redis.client.testing;

import io.botfsm.redis.conformance.RedisPortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The port of one of the clients under the suite, against a server of its own, behind a proxy. */
public abstract class PortConformance extends RedisPortConformance {
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
    protected final RedisPort open(Duration timeout) {
        return open(RedisUri.parse(proxy.uri(0)), timeout);
    }

    protected abstract RedisPort open(RedisUri uri, Duration timeout);

    @Override
    protected final void loseAnswers() {
        proxy.dropReplies();
    }

    @Override
    protected final void cutOff() {
        proxy.cut();
    }

    @Override
    protected final void restore() {
        proxy.heal();
    }

    @Override
    protected final void restart() {
        server.restart();
    }
}
