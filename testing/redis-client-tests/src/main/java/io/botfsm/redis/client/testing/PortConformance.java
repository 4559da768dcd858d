package io.botfsm.redis.client.testing;

import io.botfsm.redis.conformance.RedisPortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The port of one of the clients under the suite, against a server of its own, behind a proxy. */
public abstract class PortConformance extends RedisPortConformance {
    private final ClientInTest client;
    private RedisServerProcess server;
    private FaultyProxy proxy;

    protected PortConformance(ClientInTest client) {
        this.client = client;
    }

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
        return client.connect(proxy.uri(0), timeout).access().port();
    }

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
