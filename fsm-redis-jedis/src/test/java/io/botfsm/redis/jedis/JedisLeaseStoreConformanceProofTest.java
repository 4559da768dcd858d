package io.botfsm.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

/** As a user with the least rights that are documented; cut off means that connections are reset and new ones refused. */
final class JedisLeaseStoreConformanceProofTest extends JedisLeaseConformance {
    private static final RedisUser USER = RedisUser.OF_LEASES;

    @Override
    RedisTestServer startServer() {
        return RedisServers.start(USER.setting());
    }

    @Override
    LeaseStore connect(String uri, Duration deadline) {
        return super.connect(USER.in(uri), deadline);
    }

    @AfterAll
    void nothingWasDenied() {
        assertThat(server.denied()).isEmpty();
    }

    @Override
    public void cutOff() {
        proxy.cut();
    }
}
