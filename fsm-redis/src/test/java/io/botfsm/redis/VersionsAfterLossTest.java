package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The versions of writes after a server has lost all earlier writes, or only the latest. */
@Timeout(60)
class VersionsAfterLossTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    @Test
    void afterALossOfEverythingTheyRise() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start();
                RespConnection connection = server.connect()) {
            StateStorage storage = storage(connection);
            long last = write(storage, "A").version();
            connection.call("FLUSHALL");
            assertThat(write(storage, "B").version()).isGreaterThan(last);
        }
    }

    @Test
    void anOlderSnapshotGivesThemOutAgain() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start()) {
            Snapshot lost;
            try (RespConnection before = server.connect()) {
                write(storage(before), "saved");
                before.call("SAVE");
                write(storage(before), "lost");
                lost = read(storage(before));
            }
            server.kill();
            server.startAgain();
            try (RespConnection after = server.connect()) {
                givesOutAgain(storage(after), lost);
            }
        }
    }

    @Test
    void aPromotedReplicaGivesThemOutAgain() throws Exception {
        try (RedisServerProcess master = RedisServerProcess.start("repl-diskless-sync-delay 0");
                RedisServerProcess replica = RedisServerProcess.start(
                        String.format(Locale.ROOT, "replicaof %s %d", master.host(), master.port()));
                RespConnection toMaster = master.connect();
                RespConnection toReplica = replica.connect()) {
            write(storage(toMaster), "saved");
            assertThat(toMaster.call("WAIT", "1", "19000")).isEqualTo(1L);
            toReplica.call("REPLICAOF", "NO", "ONE");
            write(storage(toMaster), "lost");
            givesOutAgain(storage(toReplica), read(storage(toMaster)));
        }
    }

    /**
     * Versions are reused: a writer that has read the lost content and expects its version replaces the content that
     * has this version now.
     */
    private static void givesOutAgain(StateStorage storage, Snapshot lost) throws Exception {
        assertThat(read(storage).state()).contains("saved");
        assertThat(write(storage, "other").version()).isEqualTo(lost.version());
        Mutation late =
                Mutation.builder().expectVersion(lost.version()).state("stale").build();
        assertThat(((Applied) get(storage.write(KEY, late))).previousState()).contains("other");
    }

    private static StateStorage storage(RespConnection connection) {
        return new RedisStateStorage(new SocketPort(connection), TIMEOUT, RedisStorageOptions.defaults());
    }

    private static Applied write(StateStorage storage, String state) throws Exception {
        Outcome outcome = get(storage.write(KEY, Mutation.builder().state(state).build()));
        assertThat(outcome).isInstanceOf(Applied.class);
        return (Applied) outcome;
    }

    private static Snapshot read(StateStorage storage) throws Exception {
        return get(storage.read(KEY));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
}
