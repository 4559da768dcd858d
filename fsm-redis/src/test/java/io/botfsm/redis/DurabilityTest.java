package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.UnconfirmedWriteException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A master and a replica that stops answering. */
@Timeout(60)
class DurabilityTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();

    private static RedisServerProcess master;
    private static RedisServerProcess replica;

    private RespConnection connection;
    private RedisPort port;

    @BeforeAll
    static void start() {
        master = RedisServerProcess.start("repl-diskless-sync-delay 0", "repl-timeout 600");
        replica = RedisServerProcess.start(String.format(Locale.ROOT, "replicaof %s %d", master.host(), master.port()));
    }

    @AfterAll
    static void stop() {
        replica.close();
        master.close();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = master.connect();
        port = new SocketPort(connection);
        get(storage(Durability.replicas(1, Duration.ofSeconds(19)))
                .write(
                        KEY,
                        Mutation.builder().replaceData(Map.of()).clearState().build()));
    }

    @AfterEach
    void disconnect() {
        replica.resume();
        connection.close();
    }

    private StateStorage storage(Durability durability) {
        RedisStorageOptions options =
                RedisStorageOptions.builder().durability(durability).build();
        return new RedisStateStorage(port, DEADLINE, options);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aConfirmedWriteIsOnTheReplica() throws Exception {
        StateStorage storage = storage(Durability.replicas(1, Duration.ofSeconds(19)));

        get(storage.write(KEY, Mutation.builder().state("A").build()));

        try (RespConnection other = replica.connect()) {
            assertThat(other.hash(new KeyScheme("fsm").key(KEY))).containsKey("s");
        }
    }

    @Test
    void aWriteThatNoReplicaHasIsStoredAndSaysSo() throws Exception {
        StateStorage storage = storage(Durability.replicas(1, Duration.ofMillis(50)));
        replica.suspend();

        assertThatThrownBy(() ->
                        get(storage.write(KEY, Mutation.builder().state("A").build())))
                .cause()
                .isInstanceOf(UnconfirmedWriteException.class)
                .hasMessageContaining("1 replica within PT0.05S");
        assertThat(get(storage.read(KEY)).state()).contains("A");
    }

    @Test
    void aWriteThatIsRefusedNeedsNoReplica() throws Exception {
        StateStorage storage = storage(Durability.replicas(1, Duration.ofMillis(50)));
        replica.suspend();

        assertThat(get(storage.write(
                        KEY, Mutation.builder().state("B").expectState("A").build())))
                .isInstanceOf(Conflict.class);
    }

    /** The messenger redelivers the update, which must not be confirmed before the replica has it. */
    @Test
    void anUpdateIsHandledOnceTheReplicaHasIt() {
        Fsm fsm = Fsm.builder(storage(Durability.replicas(1, Duration.ofMillis(50))))
                .timeout(DEADLINE)
                .build();
        replica.suspend();
        assertThatExceptionOfType(UnconfirmedWriteException.class)
                .isThrownBy(() -> fsm.handle(KEY, 7, turn -> turn.state("A")));
        assertThatExceptionOfType(UnconfirmedWriteException.class)
                .as("applied already, but still not confirmed")
                .isThrownBy(() -> fsm.handle(KEY, 7, turn -> turn.state("A")));

        replica.resume();

        Fsm patient = Fsm.builder(storage(Durability.replicas(1, Duration.ofSeconds(19))))
                .timeout(DEADLINE)
                .build();
        assertThat(patient.handle(KEY, 7, turn -> turn.state("B"))).isInstanceOf(Handled.Repeated.class);
        assertThat(patient.context(KEY).read().state()).contains("A");
    }

    @Test
    void aServerThatForgotTheScriptIsSentItAndWaitedForAsWell() throws Exception {
        connection.call("SCRIPT", "FLUSH");
        StateStorage storage = storage(Durability.replicas(1, Duration.ofSeconds(19)));

        get(storage.write(KEY, Mutation.builder().state("A").build()));

        try (RespConnection other = replica.connect()) {
            assertThat(other.hash(new KeyScheme("fsm").key(KEY))).containsKey("s");
        }
    }

    @Test
    void aServerThatCannotWaitForItsDiskIsRefusedAtTheStart() {
        RedisServerCheck check = new RedisServerCheck(port, "redis://here", DEADLINE);

        assertThatThrownBy(() -> check.runForDurability("fsm", Durability.onDisk(Duration.ofSeconds(1))))
                .as("the server is older than 7.2, or keeps nothing on disk")
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("WAITAOF");
    }

    @Test
    void aMissingRightIsNamedAtTheStart() {
        connection.call("ACL", "SETUSER", "patient", "on", "nopass", "~*", "+@all", "-wait");
        try (RespConnection theirs = master.connect()) {
            theirs.call("AUTH", "patient", "any");
            RedisServerCheck check = new RedisServerCheck(new SocketPort(theirs), "redis://here", DEADLINE);

            assertThatThrownBy(() -> check.runForDurability("fsm", Durability.replicas(1, Duration.ofSeconds(1))))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("no permission for WAIT");
        }
    }

    @Test
    void theCheckDoesNotNeedTheReplicaNow() {
        replica.suspend();

        new RedisServerCheck(port, "redis://here", DEADLINE)
                .runForDurability("fsm", Durability.replicas(1, Duration.ofMillis(1)));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> Durability.replicas(0, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1: 0");
        assertThatThrownBy(() -> Durability.replicas(1, Duration.ofNanos(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0.000000001S");
        assertThatThrownBy(() -> storage(Durability.replicas(1, DEADLINE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 replica within PT20S");
    }

    @Test
    void theCommandSaysWhatIsWaitedFor() {
        assertThat(words(Durability.replicas(2, Duration.ofMillis(200)))).containsExactly("WAIT", "2", "200");
        assertThat(words(Durability.onDisk(Duration.ofSeconds(1)))).containsExactly("WAITAOF", "1", "0", "1000");
        assertThat(words(Durability.onDiskAndReplicas(1, Duration.ofSeconds(1))))
                .containsExactly("WAITAOF", "1", "1", "1000");
    }

    private static List<String> words(Durability durability) {
        return durability.command().stream()
                .map(word -> new String(word, UTF_8))
                .toList();
    }

    @Test
    void whatTheServerAnswersConfirmsOrNot() {
        Durability disks = Durability.onDiskAndReplicas(1, Duration.ofSeconds(1));
        assertThat(disks.isConfirmedBy(List.of(1L, 1L))).isTrue();
        assertThat(disks.isConfirmedBy(List.of(0L, 1L))).isFalse();
        assertThat(disks.isConfirmedBy(List.of(1L, 0L))).isFalse();
        assertThat(disks.isConfirmedBy(List.of(1L))).isFalse();
        assertThat(Durability.replicas(2, Duration.ofSeconds(1)).isConfirmedBy(List.of(3L)))
                .isTrue();
        assertThat(Durability.replicas(2, Duration.ofSeconds(1)).isConfirmedBy(List.of(1L)))
                .isFalse();
    }
}
