package io.botfsm.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramMigration;
import io.botfsm.redis.client.testing.EntrySuite;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class JedisRedisTest extends EntrySuite {
    JedisRedisTest() {
        super(new JedisInTest());
    }

    @Test
    void takesOverAConversationOfAiograms() throws Exception {
        RedisTestServer server = RedisServers.shared();
        try (BotRedis redis = JedisRedis.connect(server.uri(6));
                RespConnection raw = server.connect()) {
            raw.call("SELECT", "6");
            raw.call("SET", "fsm:5:5:state", "Form:age");
            AiogramLayout layout = AiogramLayout.builder().bot(7).build();
            assertThat(AiogramMigration.of(redis, layout)
                            .run(AiogramMigration.Direction.FROM_AIOGRAM)
                            .migrated())
                    .isEqualTo(1);
            StorageKey migrated = StorageKey.bot(7).chat(5).user(5).build();
            assertThat(redis.stateStorage()
                            .read(migrated)
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS)
                            .state())
                    .contains("Form:age");
        }
    }
}
