package io.botfsm.redis.lettuce;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.LeaseStoreConformance;
import io.botfsm.conformance.Need;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Leases through Lettuce under the suite, against a server of its own, behind a proxy. */
abstract class LettuceLeaseConformance extends LeaseStoreConformance
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
    protected final LeaseStore open(Duration deadline) {
        return Leases.opened(() -> connect(proxy.uri(DATABASE), deadline));
    }

    LeaseStore connect(String uri, Duration deadline) {
        return LettuceRedis.builder(uri).commandTimeout(deadline).leaseStore();
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
                new Gap(2, Need.ADVANCES_TIME),
                new Gap(6, Need.ADVANCES_TIME),
                new Gap(12, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(18, Need.ADVANCES_TIME));
    }
}
