package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real server that temporarily refuses writes: a refused write has not happened. */
@Timeout(60)
class RefusingServerTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private RedisServerProcess server;
    private RespConnection admin;
    private StateStorage storage;
    private Snapshot before;

    @BeforeEach
    void start() throws Exception {
        server = RedisServerProcess.start();
        admin = server.connect();
        storage = new RedisStateStorage(
                new SocketPort(server.connect()), Duration.ofSeconds(2), RedisStorageOptions.defaults());
        write(Mutation.builder()
                .state("A")
                .put("a", "1")
                .put("b", "2")
                .fencingToken(1)
                .build());
        before = read();
    }

    @AfterEach
    void stop() {
        admin.close();
        server.close();
    }

    private void write(Mutation mutation) throws Exception {
        storage.write(KEY, mutation).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Snapshot read() throws Exception {
        return storage.read(KEY).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void isDenied(Mutation mutation, String code) {
        assertThatThrownBy(() -> write(mutation))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StorageUnavailableException.class,
                        e -> assertThat(e.mayBeApplied()).isFalse())
                .cause()
                .hasMessageContaining(code);
    }

    @Test
    void withoutMemoryNothingIsHalfWritten() throws Exception {
        admin.call("CONFIG", "SET", "maxmemory", "1");

        isDenied(Mutation.builder().state("B").build(), "OOM");
        isDenied(Mutation.builder().put("c", "3").fencingToken(2).eventId(1).build(), "OOM");
        assertThat(read()).isEqualTo(before);

        // This write deletes first, which is allowed; after that, everything else is allowed too.
        write(Mutation.builder().state("B").put("c", "3").remove("a").build());
        assertThat(read().state()).contains("B");
        assertThat(read().data()).containsOnlyKeys("b", "c");
    }

    @Test
    void aReplicaReadsButDoesNotWrite() throws Exception {
        admin.call("REPLICAOF", "127.0.0.1", Integer.toString(RedisServerProcess.freePort()));

        isDenied(Mutation.builder().state("B").build(), "READONLY");
        isDenied(Mutation.builder().clearState().remove("a").build(), "READONLY");
        assertThat(read()).isEqualTo(before);

        admin.call("REPLICAOF", "NO", "ONE");
        write(Mutation.builder().state("B").build());
        assertThat(read().version()).isEqualTo(before.version() + 1);
    }

    @Test
    void aServerWithTooFewReplicasDoesNotWrite() throws Exception {
        admin.call("CONFIG", "SET", "min-replicas-to-write", "1");

        isDenied(Mutation.builder().state("B").build(), "NOREPLICAS");
        assertThat(read()).isEqualTo(before);
    }

    @Test
    void aReplicaWithoutMasterMayRefuseReadsToo() {
        admin.call("CONFIG", "SET", "replica-serve-stale-data", "no");
        admin.call("REPLICAOF", "127.0.0.1", Integer.toString(RedisServerProcess.freePort()));

        assertThatThrownBy(this::read)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(StorageUnavailableException.class)
                .cause()
                .hasMessageContaining("MASTERDOWN");
    }
}
