package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An update that is redelivered while a replica, which has never had it, takes its master's place. */
@Timeout(60)
class PromotedReplicaTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    @Test
    void anEventThatThePromotedReplicaLacksIsHandled() throws Exception {
        try (RedisServerProcess master = RedisServerProcess.start("repl-diskless-sync-delay 0");
                RedisServerProcess replica = RedisServerProcess.start(
                        String.format(Locale.ROOT, "replicaof %s %d", master.host(), master.port()));
                RespConnection toMaster = master.connect();
                RespConnection toReplica = replica.connect()) {
            StateStorage before = storage(toMaster);
            StateStorage after = storage(toReplica);
            write(before, Mutation.builder().state("A"));
            assertThat(toMaster.call("WAIT", "1", "19000")).isEqualTo(1L);
            toReplica.call("REPLICAOF", "NO", "ONE");
            Fsm.of(before).handle(KEY, 7, turn -> turn.put("answer", "yes"));
            write(after, Mutation.builder().put("rival", "1"));
            assertThat(read(after).version()).isEqualTo(read(before).version());

            Fsm fsm = Fsm.of(new FailingOver(before, after));
            Handled<Object> handled = fsm.handle(KEY, 7, turn -> turn.put("answer", "yes"));

            assertThat(handled).isInstanceOf(Handled.Done.class);
            assertThat(read(after).data()).containsEntry("answer", "\"yes\"").containsEntry("rival", "1");
            assertThat(fsm.handle(KEY, 7, turn -> "again")).isInstanceOf(Handled.Repeated.class);
        }
    }

    private static StateStorage storage(RespConnection connection) {
        return new RedisStateStorage(
                new SocketPort(connection),
                TIMEOUT,
                RedisStorageOptions.builder().build());
    }

    private static void write(StateStorage storage, Mutation.Builder change) throws Exception {
        assertThat(get(storage.write(KEY, change.build()))).isInstanceOf(Outcome.Applied.class);
    }

    private static Snapshot read(StateStorage storage) throws Exception {
        return get(storage.read(KEY));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** A client that has read from the old master, and finds the new one when it writes. */
    private static final class FailingOver extends ForwardingStateStorage {
        private final StateStorage before;

        FailingOver(StateStorage before, StateStorage after) {
            super(after);
            this.before = before;
        }

        @Override
        public CompletionStage<Snapshot> read(StorageKey key) {
            return before.read(key);
        }

        @Override
        public void close() {}
    }
}
