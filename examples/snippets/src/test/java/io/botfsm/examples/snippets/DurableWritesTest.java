package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.Durability;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnconfirmedWriteException;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an update does while no replica confirms it. */
@Timeout(60)
class DurableWritesTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    @Test
    void anUpdateIsConfirmedOnceAReplicaHasIt() {
        try (RedisServerProcess master = RedisServerProcess.start("repl-diskless-sync-delay 0");
                BotRedis redis = LettuceRedis.connect(master.uri(0))) {
            // snippet: durable-writes
            RedisStorageOptions options = RedisStorageOptions.builder()
                    .durability(Durability.replicas(1, Duration.ofMillis(200)))
                    .build();
            StateStorage storage = redis.stateStorage(options);
            // end
            Fsm fsm = Fsm.of(storage);
            assertThatThrownBy(() -> fsm.handle(KEY, 7, turn -> turn.state("A")))
                    .isInstanceOf(UnconfirmedWriteException.class);
            try (RedisServerProcess replica = RedisServerProcess.start(
                    String.format(Locale.ROOT, "replicaof %s %d", master.host(), master.port()))) {
                assertThat(replica.port()).isPositive();
                Awaitility.await()
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(fsm.handle(KEY, 7, turn -> turn.state("B")))
                                .isInstanceOf(Handled.Repeated.class));
            }
            assertThat(fsm.context(KEY).state()).contains("A");
        }
    }
}
