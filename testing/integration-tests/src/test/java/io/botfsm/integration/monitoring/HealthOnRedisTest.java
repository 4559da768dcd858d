package io.botfsm.integration.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Health of a bot whose Redis dies, returns, or stops answering. */
@Timeout(120)
class HealthOnRedisTest {
    /** The time within which health shows what has happened. */
    private static final Duration NOTICE = Duration.ofSeconds(5);

    enum Client {
        LETTUCE,
        JEDIS;

        BotRedis.Builder of(String uri) {
            return this == LETTUCE ? LettuceRedis.builder(uri) : JedisRedis.builder(uri);
        }
    }

    @ParameterizedTest
    @EnumSource
    void healthTurnsWithin5SecondsOfTheDeathAndTheReturnOfRedis(Client client) {
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis redis = client.of(server.uri(0)).connect();
                StateStorage storage = redis.stateStorage();
                LeaseStore leases = redis.leaseStore();
                InstanceLock lock = InstanceLock.builder(leases, "bot").build()) {
            List<HealthCheck> checks = List.of(HealthCheck.storage(storage, 1), HealthCheck.lock(lock));
            awaitHealth(checks, true);
            for (int death = 0; death < 2; death++) {
                server.kill();
                awaitHealth(checks, false);
                server.startAgain();
                awaitHealth(checks, true);
            }
        }
    }

    private static void awaitHealth(List<HealthCheck> checks, boolean isUp) {
        await().atMost(NOTICE)
                .until(() -> checks.stream().allMatch(check -> check.check().isUp() == isUp));
    }

    /** As when a firewall drops what is sent: no client notices before its timeout, which is long here. */
    @ParameterizedTest
    @EnumSource
    void aCheckHasAnAnswerWhileRedisHasNone(Client client) {
        try (RedisServerProcess server = RedisServerProcess.start();
                FaultyProxy proxy = new FaultyProxy(server);
                BotRedis redis = client.of(proxy.uri(0))
                        .commandTimeout(Duration.ofMinutes(10))
                        .connect();
                StateStorage storage = redis.stateStorage()) {
            HealthCheck check = HealthCheck.storage(storage, 1).timeout(Duration.ofMillis(200));
            await().atMost(NOTICE).until(() -> check.check().isUp());
            proxy.blackhole();
            for (int i = 0; i < 3; i++) {
                assertThat(check.check().details()).containsEntry("reason", "no answer within PT0.2S");
            }
            proxy.reset();
            proxy.heal();
            await().atMost(NOTICE).until(() -> check.check().isUp());
        }
    }
}
