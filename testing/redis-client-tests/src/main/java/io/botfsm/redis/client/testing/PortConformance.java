package io.botfsm.redis.client.testing;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.conformance.RedisPortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The port of one of the clients under the suite, against a server of its own, behind a proxy. */
public abstract class PortConformance extends RedisPortConformance {
    private static final String PASSWORD = "hunter2";

    private final ClientInTest client;
    private final UnaryOperator<RedisPort> around;
    private final List<BotRedis> opened = new ArrayList<>();
    private RedisServerProcess server;
    private FaultyProxy proxy;
    private boolean refusing;

    protected PortConformance(ClientInTest client) {
        this(client, UnaryOperator.identity());
    }

    /**
     * The same for a port with something around it.
     *
     * @param around what is tested, given the client's port
     */
    protected PortConformance(ClientInTest client, UnaryOperator<RedisPort> around) {
        this.client = client;
        this.around = around;
    }

    @BeforeEach
    public final void start() {
        server = RedisServerProcess.start();
        proxy = new FaultyProxy(server);
    }

    @AfterEach
    public final void stop() {
        opened.forEach(BotRedis::close);
        proxy.close();
        server.close();
    }

    @Override
    protected final RedisPort open(Duration timeout) {
        BotRedis redis = client.connect(proxy.uri(0), timeout);
        opened.add(redis);
        return around.apply(redis.access().port());
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
    protected final void refuseCredentials() {
        try (RespConnection admin = server.connect()) {
            admin.call("CONFIG", "SET", "requirepass", PASSWORD);
            admin.call("CLIENT", "KILL", "TYPE", "pubsub");
            admin.call("CLIENT", "KILL", "TYPE", "normal");
        }
        refusing = true;
    }

    @Override
    protected final void slowDown() {
        proxy.trickle(1_000, Duration.ofMillis(100));
    }

    @Override
    protected final void restore() {
        proxy.heal();
        if (refusing) {
            try (RespConnection admin = server.connect()) {
                admin.call("AUTH", PASSWORD);
                admin.call("CONFIG", "SET", "requirepass", "");
            }
            refusing = false;
        }
    }

    @Override
    protected final void restart() {
        server.restart();
    }
}
