package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisSentinels;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageRefusedException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Sentinels that ask everyone for a password, through one of the clients. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SentinelPasswordSuite {
    /** The password of the Sentinels. */
    protected static final String PASSWORD = "hunter2";

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ClientInTest client;
    private RedisSentinels topology;

    protected SentinelPasswordSuite(ClientInTest client) {
        this.client = client;
    }

    @BeforeAll
    void start() {
        topology = RedisSentinels.startWithPassword(PASSWORD);
        for (RedisServerProcess sentinel : topology.sentinels()) {
            try (RespConnection admin = sentinel.connect()) {
                admin.call("AUTH", PASSWORD);
                admin.call("ACL", "SETUSER", "watcher", "on", ">hunter3", "+sentinel|get-master-addr-by-name");
                admin.call("ACL", "SETUSER", "idler", "on", ">hunter4", "+ping");
            }
        }
    }

    @AfterAll
    void stop() {
        topology.close();
    }

    /** The URI without a password. */
    protected final String uri() {
        return topology.uri(1);
    }

    private String with(String parameters) {
        return uri().replace("#", "?" + parameters + "#");
    }

    private static void keepsAConversation(BotRedis redis) {
        try (redis) {
            applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
            assertThat(redis.toString()).doesNotContain("hunter");
        }
    }

    @Test
    void thePasswordMayBeInTheUri() {
        keepsAConversation(client.connect(with("sentinelPassword=" + PASSWORD)));
        client.leaseStore(with("sentinelPassword=" + PASSWORD), TIMEOUT).close();
    }

    @Test
    void thePasswordMayBeInTheEnvironment() {
        keepsAConversation(
                client.fromEnvironment(Map.of("REDIS_FSM_URL", uri(), "REDIS_FSM_SENTINEL_PASSWORD", PASSWORD + "\n")));
    }

    @Test
    void sentinelsMayKnowAUser() {
        keepsAConversation(client.connect(with("sentinelUsername=watcher&sentinelPassword=hunter3")));
        keepsAConversation(client.fromEnvironment(Map.of(
                "REDIS_FSM_URL", uri(),
                "REDIS_FSM_SENTINEL_USERNAME", "watcher",
                "REDIS_FSM_SENTINEL_PASSWORD", "hunter3")));
    }

    private AbstractThrowableAssert<?, ?> refused(String uri) {
        AbstractThrowableAssert<?, ?> refused = assertThatThrownBy(() -> client.connect(uri));
        refused.isInstanceOf(StorageRefusedException.class)
                .hasMessageMatching("(?s).*Sentinel 127\\.0\\.0\\.1:\\d+: .*")
                .message()
                .doesNotContain("hunter");
        return refused;
    }

    @Test
    void aMissingPasswordIsNamed() {
        refused(uri())
                .hasMessageContaining("a password is needed")
                .hasMessageContaining("set the password of the Sentinels")
                .hasMessageContaining("sentinelPassword")
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD");
        assertThatThrownBy(() -> client.leaseStore(uri(), TIMEOUT)).hasMessageContaining("sentinelPassword");
    }

    /** The servers' password is not the Sentinels' password. */
    @Test
    void thePasswordOfTheServersIsNotSentToSentinels() {
        refused(uri().replace("://", "://:" + PASSWORD + "@"))
                .hasMessageContaining("set the password of the Sentinels");
    }

    @Test
    void aWrongPasswordIsNamed() {
        refused(with("sentinelPassword=hunter5"))
                .hasMessageContaining("wrong user name or password")
                .hasMessageContaining("correct the password of the Sentinels")
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD");
    }

    @Test
    void aMissingRightIsNamed() {
        refused(with("sentinelUsername=idler&sentinelPassword=hunter4"))
                .hasMessageContaining("its user needs +sentinel|get-master-addr-by-name");
    }
}
