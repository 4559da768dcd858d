package io.botfsm.redis.jedis;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.StateStorageConformance;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.WholeStorage;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Jedis under the suite, against a server of its own, behind a proxy. */
abstract class JedisConformance extends StateStorageConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    private static final int DATABASE = 3;

    RedisTestServer server;
    FaultyProxy proxy;

    @BeforeAll
    void start() {
        server = startServer();
        proxy = new FaultyProxy(server);
    }

    RedisTestServer startServer() {
        return RedisServers.start();
    }

    @AfterAll
    void stop() {
        proxy.close();
        server.close();
    }

    @Override
    protected final StateStorage open(Optional<Duration> ttl, Duration deadline) {
        JedisRedis redis = connect(proxy.uri(DATABASE), deadline);
        return decorate(new WholeStorage(new JedisInTest.Opened(redis), storage(redis, ttl)));
    }

    StateStorage storage(JedisRedis redis, Optional<Duration> ttl) {
        RedisStorageOptions.Builder options = RedisStorageOptions.builder();
        ttl.ifPresent(options::ttl);
        return redis.stateStorage(options.build());
    }

    JedisRedis connect(String uri, Duration deadline) {
        return JedisRedis.builder(uri).commandTimeout(deadline).connect();
    }

    StateStorage decorate(StateStorage storage) {
        return storage;
    }

    @Override
    public void loseAnswers() {
        proxy.dropReplies();
    }

    @Override
    public void restore() {
        proxy.heal();
    }

    @Override
    public final long records() {
        try (RespConnection redis = server.connect()) {
            redis.call("SELECT", Integer.toString(DATABASE));
            return redis.number("DBSIZE");
        }
    }

    /** Redis keeps time by itself. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(10, Need.ADVANCES_TIME), new Gap(13, Need.ADVANCES_TIME), new Gap(18, Need.ADVANCES_TIME));
    }
}
