package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UsersClientTest {
    private final RedisURI uri = RedisURI.create(RedisServers.shared().uri(0));
    private final RedisClient client = RedisClient.create();

    @AfterEach
    void shutDown() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }

    private static ClientOptions.Builder honest() {
        return ClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(1)));
    }

    private void isRefused(ClientOptions options, String... words) {
        client.setOptions(options);
        assertThatThrownBy(() -> LettuceRedis.connect(client, uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void lettucesDefaultsAreRefusedSinceTheySendAgain() {
        isRefused(ClientOptions.create(), "disconnectedBehavior(REJECT_COMMANDS)", "autoReconnect(true)");
    }

    @Test
    void keepingCommandsWhileDisconnectedIsRefused() {
        isRefused(
                honest().disconnectedBehavior(DisconnectedBehavior.ACCEPT_COMMANDS)
                        .build(),
                "disconnectedBehavior(REJECT_COMMANDS)",
                "ACCEPT_COMMANDS");
        isRefused(
                honest().autoReconnect(false)
                        .disconnectedBehavior(DisconnectedBehavior.ACCEPT_COMMANDS)
                        .build(),
                "disconnectedBehavior(REJECT_COMMANDS)");
    }

    @Test
    void waitingForEverIsRefused() {
        isRefused(honest().timeoutOptions(TimeoutOptions.create()).build(), "timeoutOptions(TimeoutOptions.enabled");
        isRefused(
                honest().timeoutOptions(TimeoutOptions.builder()
                                .timeoutCommands()
                                .fixedTimeout(Duration.ZERO)
                                .build())
                        .build(),
                "PT0S");
        uri.setTimeout(Duration.ZERO);
        isRefused(honest().timeoutOptions(TimeoutOptions.enabled()).build(), "PT0S");
    }

    @Test
    void aClientThatDoesNotReconnectIsFine() {
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(1)))
                .build());
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared());
                BotRedis redis = LettuceRedis.connect(client, RedisURI.create(proxy.uri(0)))) {
            proxy.reset();
            Calls.untilItReads(redis.stateStorage(), freshKey());
        }
    }

    @Test
    void eachSeedOfAClusterIsTried() {
        client.setOptions(honest().build());
        try (RedisClusterServers cluster = RedisClusterServers.start(3, 0)) {
            RedisUri seeds = RedisUri.builder()
                    .node("127.0.0.1", RedisServerProcess.freePort())
                    .node("127.0.0.1", cluster.servers().get(0).port())
                    .build();
            try (BotRedis redis = LettuceRedis.builder(client, seeds).connect()) {
                Calls.untilItReads(redis.stateStorage(), freshKey());
            }
        }
    }

    @Test
    void itsOwnTimeoutHolds() {
        client.setOptions(honest().timeoutOptions(TimeoutOptions.enabled()).build());
        uri.setTimeout(Duration.ofMillis(321));
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared())) {
            uri.setPort(proxy.port());
            uri.setHost("127.0.0.1");
            try (BotRedis redis = LettuceRedis.connect(client, uri)) {
                proxy.hold();
                assertThat(Calls.unavailable(redis.stateStorage().read(freshKey()))
                                .timeout())
                        .isEqualTo(Duration.ofMillis(321));
            }
        }
        assertThatThrownBy(() -> LettuceRedis.builder(client, uri)
                        .commandTimeout(Duration.ofSeconds(5))
                        .connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT5S");
    }

    /** Opening a connection has a shorter timeout than its commands. */
    @Test
    void itsOwnTimeoutHoldsOnAConnectionThatReplacedAnother() {
        client.setOptions(honest().timeoutOptions(TimeoutOptions.enabled()).build());
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared())) {
            RedisURI through = RedisURI.create(proxy.uri(0));
            through.setTimeout(Duration.ofSeconds(20));
            try (BotRedis redis = LettuceRedis.connect(client, through)) {
                proxy.reset();
                Calls.untilItReads(redis.stateStorage(), freshKey());
                proxy.delay(Duration.ofMillis(700)); // each way
                assertThat(Calls.read(redis.stateStorage(), freshKey()).state()).isEmpty();
            }
        }
    }

    /** Without a user's client, no command may wait forever: the timeout that is chosen here applies. */
    @Test
    void aUriWithoutATimeoutIsFineForAClientOfOurOwn() {
        uri.setTimeout(Duration.ZERO);
        try (BotRedis chosen = LettuceRedis.builder(uri)
                        .commandTimeout(Duration.ofSeconds(5))
                        .connect();
                BotRedis standard = LettuceRedis.connect(uri)) {
            assertThat(chosen.access().timeout()).isEqualTo(Duration.ofSeconds(5));
            assertThat(standard.access().timeout()).isEqualTo(BotRedis.DEFAULT_COMMAND_TIMEOUT);
            assertThat(Calls.read(chosen.stateStorage(), freshKey()).state()).isEmpty();
        }
    }

    /** Lettuce treats a timeout of zero in a URI as unlimited; the timeout of the client applies. */
    @Test
    void aUriWithoutATimeoutIsFineWhereTheClientHasOne() {
        client.setOptions(honest().timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))
                .build());
        uri.setTimeout(Duration.ZERO);
        try (BotRedis redis = LettuceRedis.connect(client, uri)) {
            assertThat(Calls.read(redis.stateStorage(), freshKey()).state()).isEmpty();
        }
    }

    @Test
    void itsTimeoutForACommandHoldsForThatCommand() {
        TimeoutOptions.TimeoutSource byType = new TimeoutOptions.TimeoutSource() {
            @Override
            public long getTimeout(RedisCommand<?, ?, ?> command) {
                return Set.of(CommandType.HGETALL, CommandType.EVALSHA).contains(command.getType()) ? 321 : 60_000;
            }
        };
        client.setOptions(honest().timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands()
                        .timeoutSource(byType)
                        .build())
                .build());
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared())) {
            uri.setPort(proxy.port());
            uri.setHost("127.0.0.1");
            try (BotRedis redis = LettuceRedis.connect(client, uri)) {
                proxy.hold();
                assertThat(redis.stateStorage().read(freshKey()))
                        .as("a read, within much less than the time of other commands")
                        .failsWithin(Duration.ofSeconds(30));
            }
        }
    }

    @Test
    void itIsNotClosedWithUsButOurConnectionIs() {
        client.setOptions(honest().build());
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared())) {
            RedisURI through = RedisURI.create(proxy.uri(0));
            BotRedis redis = LettuceRedis.connect(client, through);
            applied(
                    redis.stateStorage(),
                    freshKey(),
                    Mutation.builder().state("A").ttl(Duration.ofSeconds(1)));
            redis.close();
            Awaitility.await().until(() -> proxy.open() == 0);

            try (StatefulRedisConnection<String, String> theirs = client.connect(through)) {
                assertThat(theirs.sync().ping()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void closingEndsTheAttemptsToConnect() {
        client.setOptions(honest().build());
        try (FaultyProxy proxy = new FaultyProxy(RedisServers.shared())) {
            BotRedis redis = LettuceRedis.connect(client, RedisURI.create(proxy.uri(0)));
            proxy.cut();
            Calls.unavailable(redis.stateStorage().read(freshKey()));
            redis.close();
            longerThanBetweenTwoAttempts(); // one may be under way
            int connections = proxy.accepted();
            proxy.heal();
            longerThanBetweenTwoAttempts();
            assertThat(proxy.accepted()).isEqualTo(connections);
        }
    }

    private static void longerThanBetweenTwoAttempts() {
        Awaitility.await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
    }

    @Test
    void afterItsShutdownNothingHangs() {
        client.setOptions(honest().build());
        BotRedis redis = LettuceRedis.connect(client, uri);
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));

        assertThat(Calls.unavailable(redis.stateStorage().read(freshKey())).mayBeApplied())
                .isFalse();
        redis.close();
        assertThatThrownBy(() -> LettuceRedis.connect(client, uri)).isInstanceOf(StorageUnavailableException.class);
    }
}
