package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.StorageKey;
import io.botfsm.UnconfirmedWriteException;
import io.botfsm.redis.Durability;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Durable writes through the client, with a replica that stops answering. */
@Timeout(60)
class DurabilityTest {
    private static final Mutation CHANGE = Mutation.builder().state("A").build();

    private static RedisServerProcess master;
    private static RedisServerProcess replica;
    private static LettuceRedis redis;

    @BeforeAll
    static void start() {
        master = RedisServerProcess.start("repl-diskless-sync-delay 0", "repl-timeout 600");
        replica = RedisServerProcess.start("replicaof %s %d".formatted(master.host(), master.port()));
        redis = LettuceRedis.builder(master.uri(0))
                .commandTimeout(Duration.ofSeconds(10))
                .connect();
    }

    @AfterAll
    static void stop() {
        redis.close();
        replica.close();
        master.close();
    }

    @AfterEach
    void resume() {
        replica.resume();
    }

    private static StateStorage storage(Duration within) {
        return redis.stateStorage(RedisStorageOptions.builder()
                .durability(Durability.replicas(1, within))
                .build());
    }

    private static StorageKey key(int user) {
        return StorageKey.bot(1).chat(2).user(user).build();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void confirmedWritesAreOnTheReplica() throws Exception {
        try (StateStorage storage = storage(Duration.ofSeconds(9));
                RespConnection other = replica.connect()) {
            List<CompletionStage<Outcome>> writes = IntStream.range(1_000, 1_200)
                    .mapToObj(user -> storage.write(key(user), CHANGE))
                    .toList();
            for (CompletionStage<Outcome> write : writes) {
                assertThat(get(write)).isInstanceOf(Applied.class);
            }
            assertThat((List<?>) other.call("KEYS", "fsm:{1:2:1???}")).hasSize(200);
        }
    }

    /** Also while writes wait, reads do not. */
    @Test
    void unconfirmedWritesSaySoAndHoldUpNoReads() throws Exception {
        try (StateStorage storage = storage(Duration.ofSeconds(2))) {
            replica.suspend();
            CompletionStage<Outcome> write = storage.write(key(1), CHANGE);
            while (get(storage.read(key(1))).version() == 0) {
                Thread.onSpinWait();
            }
            assertThat(write.toCompletableFuture()).as("stored, not confirmed").isNotDone();
            assertThatThrownBy(() -> get(write)).cause().isInstanceOf(UnconfirmedWriteException.class);
        }
    }

    /** Without a replica each wait takes all its time; those that wait meanwhile wait together. */
    @Test
    void writesAreConfirmedTogether() throws Exception {
        try (StateStorage storage = storage(Duration.ofMillis(200))) {
            replica.suspend();
            List<CompletionStage<Outcome>> writes = IntStream.range(2_000, 2_500)
                    .mapToObj(user -> storage.write(key(user), CHANGE))
                    .toList();
            for (CompletionStage<Outcome> write : writes) {
                assertThatThrownBy(() -> get(write)).cause().isInstanceOf(UnconfirmedWriteException.class);
            }
        }
        try (RespConnection connection = master.connect()) {
            assertThat(connection.calls("wait")).isLessThan(300);
        }
    }
}
