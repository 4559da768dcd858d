package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server behind a Unix socket. */
@Timeout(60)
class UnixSocketTest {
    @TempDir
    private static Path directory;

    private static RedisServerProcess server;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("unixsocket " + socket(), "unixsocketperm 700");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Path socket() {
        return directory.resolve("redis.sock");
    }

    private static void worksAndComesBack(BotRedis redis) {
        StorageKey key = freshKey();
        StateStorage storage = redis.stateStorage();
        applied(storage, key, Mutation.builder().state("A").put("big", "x".repeat(1 << 20)));
        assertThat(read(storage, key).data().get("big")).hasSize(1 << 20);
        server.kill();
        server.startAgain();
        assertThat(Calls.untilItReads(storage, key)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aUnixSocketWorks() {
        try (BotRedis redis =
                LettuceRedis.connect(String.format(Locale.ROOT, "redis-socket://%s?database=4", socket()))) {
            worksAndComesBack(redis);
            assertThat(redis)
                    .hasToString(String.format(Locale.ROOT, "BotRedis[redis-socket://%s?database=4]", socket()));
        }
    }

    @Test
    void aUnixSocketThatIsNotThereIsUnavailable() {
        assertThatThrownBy(() -> LettuceRedis.connect("redis-socket:///no/such.sock"))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("/no/such.sock");
    }
}
