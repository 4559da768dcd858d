package io.botfsm.redis.client.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.Durability;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.UnconfirmedWriteException;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Durable writes through one of the clients, with a replica that stops answering. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DurabilitySuite {
    protected static final Mutation CHANGE = Mutation.builder().state("A").build();

    private final ClientInTest client;
    private RedisServerProcess master;
    private RedisServerProcess replica;
    private BotRedis redis;

    protected DurabilitySuite(ClientInTest client) {
        this.client = client;
    }

    protected final RedisServerProcess master() {
        return master;
    }

    protected final RedisServerProcess replica() {
        return replica;
    }

    @BeforeAll
    void start() {
        master = RedisServerProcess.start("repl-diskless-sync-delay 0", "repl-timeout 600");
        replica = RedisServerProcess.start(String.format(Locale.ROOT, "replicaof %s %d", master.host(), master.port()));
        redis = client.connect(master.uri(0), Duration.ofSeconds(10));
    }

    @AfterAll
    void stop() {
        redis.close();
        replica.close();
        master.close();
    }

    @AfterEach
    void resume() {
        replica.resume();
    }

    protected final StateStorage storage(Duration within) {
        return redis.stateStorage(RedisStorageOptions.builder()
                .durability(Durability.replicas(1, within))
                .build());
    }

    protected static StorageKey key(int user) {
        return StorageKey.bot(1).chat(2).user(user).build();
    }

    protected static <T> T get(CompletionStage<T> stage) throws Exception {
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

    /** While writes wait, reads do not. */
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

    /** An unconfirmed addition is repeated until it is confirmed, and adds the update once. */
    @Test
    void updatesOfAnInboxAreOnTheReplicaBeforeACallReturns() {
        try (StateStorage patient = storage(Duration.ofSeconds(9));
                StateStorage hasty = storage(Duration.ofMillis(100));
                RespConnection other = replica.connect()) {
            for (int i = 0; i < 100; i++) {
                assertThat(added(patient, i)).isTrue();
                assertThat(other.number("ZCARD", "fsm:inbox:{1}:waiting")).isEqualTo(i + 1);
            }
            replica.suspend();
            assertThatThrownBy(() -> added(hasty, 100))
                    .isInstanceOfSatisfying(
                            StorageUnavailableException.class,
                            failure -> assertThat(failure.mayBeApplied()).isTrue());
            replica.resume();
            assertThat(added(patient, 100)).isTrue();
            assertThat(other.number("ZCARD", "fsm:inbox:{1}:waiting")).isEqualTo(101);
        }
    }

    private static boolean added(StateStorage storage, int number) {
        UpdateInbox inbox = storage.extension(UpdateInbox.class).orElseThrow();
        InboxUpdate update = InboxUpdate.of("" + number, Optional.of(key(number)), new byte[1]);
        return inbox.add(1, List.of(update), InboxLimits.defaults(), OptionalLong.of(1));
    }
}
