package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RedisStateStorageTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Mutation CHANGE =
            Mutation.builder().state("A").put("name", "\"hunter2\"").build();

    private final StorageKey key =
            StorageKey.bot("bot-" + UUID.randomUUID()).chat(1).user(2).build();
    private final byte[] hash = new KeyScheme("fsm").key(key);
    private RespConnection redis;
    private StateStorage storage;

    @BeforeEach
    void connect() {
        redis = RedisServers.shared().connect();
        storage = over(new SocketPort(redis));
    }

    @AfterEach
    void disconnect() {
        redis.call("DEL".getBytes(UTF_8), hash);
        redis.close();
    }

    private static StateStorage over(RedisPort port) {
        return new RedisStateStorage(port, DEADLINE, RedisStorageOptions.defaults());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static FsmException failure(CompletionStage<?> stage) throws Exception {
        try {
            get(stage);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(FsmException.class);
            return (FsmException) e.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    @Test
    void aServerThatForgotTheScriptIsSentItWithinTheSameWrite() throws Exception {
        redis.call("SCRIPT", "FLUSH");
        long evals = redis.calls("eval");

        assertThat(get(storage.write(key, CHANGE))).isInstanceOf(Applied.class);
        assertThat(get(storage.write(key, CHANGE))).isInstanceOf(Applied.class);

        assertThat(redis.calls("eval") - evals).isEqualTo(1);
    }

    @Test
    void writesMoreEntriesThanAScriptCanPushAtOnce() throws Exception {
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 20_001; i++) {
            many.put("entry " + i, Integer.toString(i));
        }
        get(storage.write(key, Mutation.builder().state("A").replaceData(many).build()));
        assertThat(get(storage.read(key)).data()).isEqualTo(many);
        assertThat(get(storage.read(key)).state()).contains("A");

        Mutation.Builder removeAll = Mutation.builder().clearState();
        many.keySet().forEach(removeAll::remove);
        get(storage.write(key, removeAll.build()));
        assertThat(get(storage.read(key))).isEqualTo(Snapshot.none());
        assertThat(redis.hash(hash)).isEmpty();
    }

    @Test
    void fieldsOfALaterReleaseAreLeftAlone() throws Exception {
        get(storage.write(key, CHANGE));
        redis.call("HSET".getBytes(UTF_8), hash, "z".getBytes(UTF_8), "1".getBytes(UTF_8));

        get(storage.write(key, Mutation.builder().put("age", "5").build()));

        assertThat(get(storage.read(key)).data()).containsOnlyKeys("name", "age");
        assertThat(redis.hash(hash)).containsKey("z");
    }

    @Test
    void aKeyOfAnotherKindIsRefusedAndLeftAlone() throws Exception {
        redis.call("SET".getBytes(UTF_8), hash, "mine".getBytes(UTF_8));

        assertThat(failure(storage.read(key)))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("WRONGTYPE");
        assertThat(failure(storage.write(key, CHANGE)))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("WRONGTYPE");
        assertThat((byte[]) redis.call("GET".getBytes(UTF_8), hash)).isEqualTo("mine".getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"x, 1", "v, hunter2", "v, hunter", "v, 1", "v, ''", "v, '\0\0\0\0\0\0\0'"})
    void aHashThatIsNoConversationIsRefused(String field, String value) throws Exception {
        redis.call("HSET".getBytes(UTF_8), hash, field.getBytes(UTF_8), value.getBytes(UTF_8));

        assertThat(failure(storage.read(key)))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("not a conversation")
                .hasMessageContaining(key.toString())
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void aRecordOfANewerFormatIsRefusedAndLeftAlone() throws Exception {
        get(storage.write(key, CHANGE));
        byte[] head = redis.hash(hash).get("v");
        head[7] = (byte) (head[7] + (1 << 4)); // above the time of the last write
        redis.call("HSET".getBytes(UTF_8), hash, "v".getBytes(UTF_8), head);
        Map<String, byte[]> before = redis.hash(hash);

        assertThat(failure(storage.read(key)))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("format 1");
        assertThat(failure(storage.write(key, CHANGE)))
                .isInstanceOfSatisfying(
                        ConversationRefusedException.class,
                        e -> assertThat(e.mayBeApplied()).isFalse())
                .hasMessageContaining("format 2")
                .hasMessageContaining("format 1");
        assertThat(redis.hash(hash)).containsExactlyInAnyOrderEntriesOf(before);
    }

    @Test
    void aDamagedWindowOfEventsIsRefusedAndLeftAlone() throws Exception {
        get(storage.write(key, Mutation.builder().state("A").eventId(1).build()));
        byte[] cut = Arrays.copyOf(redis.hash(hash).get("v"), 12);
        redis.call("HSET".getBytes(UTF_8), hash, "v".getBytes(UTF_8), cut);

        assertThat(failure(storage.read(key))).isInstanceOf(StorageRefusedException.class);
        assertThat(failure(storage.write(key, CHANGE))).isInstanceOf(StorageRefusedException.class);
        assertThat(redis.hash(hash)).containsOnlyKeys("v", "s").containsEntry("v", cut);
    }

    @Test
    void aDamagedOtherRunOfEventsIsRefused() throws Exception {
        get(storage.write(key, Mutation.builder().state("A").eventId(1_000).build()));
        redis.call("HSET".getBytes(UTF_8), hash, "o".getBytes(UTF_8), "short".getBytes(UTF_8));

        assertThat(failure(storage.read(key))).isInstanceOf(StorageRefusedException.class);
        Mutation below = Mutation.builder().state("B").eventId(1).build();
        assertThat(failure(storage.write(key, below))).isInstanceOf(StorageRefusedException.class);
        assertThat(redis.hash(hash).get("s")).isEqualTo("A".getBytes(UTF_8));
    }

    @Test
    void closingEndsTheStorageButNotThePort() throws Exception {
        storage.close();
        storage.close();
        assertThat(failure(storage.read(key))).isInstanceOf(StorageClosedException.class);
        assertThat(failure(storage.write(key, CHANGE))).isInstanceOf(StorageClosedException.class);
        assertThat(redis.text("PING")).isEqualTo("PONG");
    }

    @ParameterizedTest
    @CsvSource({
        "LOADING Redis is loading, true, false",
        "BUSY Redis is busy, true, false",
        "READONLY You can't write, true, false",
        "OOM command not allowed, true, false",
        "MASTERDOWN Link with MASTER is down, true, false",
        "CLUSTERDOWN The cluster is down, true, false",
        "TRYAGAIN Multiple keys, true, false",
        "MISCONF Errors writing, true, false",
        "NOREPLICAS Not enough, true, false",
        "NOPERM this user has no permissions, false, false",
        "NOAUTH Authentication required, true, false",
        "WRONGPASS invalid, true, false",
        "ERR something of user_script @user_script:1, false, true",
    })
    void aServersErrorIsReportedAsWhatItMeans(String text, boolean transientError, boolean mayBeApplied)
            throws Exception {
        StateStorage failing = over(new FailingPort(RedisPortException.ofServerError(text)));

        assertReported(failure(failing.write(key, CHANGE)), transientError, mayBeApplied);
        assertReported(failure(failing.read(key)), transientError, false);
    }

    private void assertReported(FsmException failure, boolean transientError, boolean mayBeApplied) {
        assertThat(failure)
                .hasCauseInstanceOf(RedisPortException.class)
                .message()
                .doesNotContain("hunter2");
        if (transientError) {
            assertThat(failure).isInstanceOfSatisfying(StorageUnavailableException.class, e -> {
                assertThat(e.mayBeApplied()).isEqualTo(mayBeApplied);
                assertThat(e.timeout()).isEqualTo(DEADLINE);
                assertThat(e.key()).contains(key);
            });
        } else {
            assertThat(failure).isInstanceOfSatisfying(StorageRefusedException.class, e -> {
                assertThat(e.mayBeApplied()).isEqualTo(mayBeApplied);
                assertThat(e.key()).contains(key);
            });
        }
    }

    @Test
    void aCommandThatWasNotSentIsNotApplied() throws Exception {
        StateStorage failing = over(new FailingPort(RedisPortException.notSent(null)));
        assertReported(failure(failing.write(key, CHANGE)), true, false);
        assertReported(failure(failing.read(key)), true, false);
    }

    @Test
    void aCommandWithoutReplyMayBeApplied() throws Exception {
        StateStorage failing = over(new FailingPort(RedisPortException.outcomeUnknown(null)));
        assertReported(failure(failing.write(key, CHANGE)), true, true);
        assertReported(failure(failing.read(key)), true, false);
    }

    @Test
    void aClosedPortIsAClosedStorage() throws Exception {
        StateStorage failing = over(new FailingPort(RedisPortException.closed()));
        assertThat(failure(failing.write(key, CHANGE))).isInstanceOf(StorageClosedException.class);
        assertThat(failure(failing.read(key))).isInstanceOf(StorageClosedException.class);
    }

    /** A port may fail with wrapped exceptions, and a careless one with any exception. */
    @Test
    void whateverAPortThrowsIsTypedAndNotDenied() throws Exception {
        StateStorage wrapped = over(new FailingPort(new CompletionException(RedisPortException.notSent(null))));
        assertThat(((StorageUnavailableException) failure(wrapped.write(key, CHANGE))).mayBeApplied())
                .isFalse();

        StateStorage careless = over(new FailingPort(new IllegalStateException("oops")));
        assertThat(((StorageUnavailableException) failure(careless.write(key, CHANGE))).mayBeApplied())
                .isTrue();
    }

    /** Nothing else would complete the stage. */
    @Test
    void noMemoryForAReplyIsTypedAndNotDenied() throws Exception {
        StateStorage exhausted = over(new FailingPort(new IllegalStateException("not used")) {
            @Override
            public CompletionStage<List<byte[]>> hgetall(byte[] key) {
                return CompletableFuture.completedFuture(noMemory());
            }

            @Override
            public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
                return CompletableFuture.completedFuture(noMemory());
            }
        });
        assertThat(failure(exhausted.write(key, CHANGE)))
                .hasCauseInstanceOf(OutOfMemoryError.class)
                .isInstanceOfSatisfying(
                        StorageUnavailableException.class,
                        e -> assertThat(e.mayBeApplied()).isTrue());
        assertThat(failure(exhausted.read(key))).hasCauseInstanceOf(OutOfMemoryError.class);
    }

    private static <T> List<T> noMemory() {
        return new AbstractList<>() {
            @Override
            public T get(int index) {
                throw new OutOfMemoryError("for a reply");
            }

            @Override
            public int size() {
                return 2;
            }
        };
    }

    /** The script is sent within the time that the first attempt has left. */
    @Test
    void sendingTheScriptToItStaysWithinTheDeadline() throws Exception {
        Duration deadline = Duration.ofMillis(300);
        RedisPort hangs = new FailingPort(RedisPortException.ofServerError("NOSCRIPT No matching script.")) {
            @Override
            public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                return new CompletableFuture<>();
            }
        };
        long begin = System.nanoTime();
        CompletionStage<Outcome> write =
                new RedisStateStorage(hangs, deadline, RedisStorageOptions.defaults()).write(key, CHANGE);

        assertThat(failure(write))
                .isInstanceOfSatisfying(
                        StorageUnavailableException.class,
                        e -> assertThat(e.mayBeApplied()).isTrue());
        assertThat(System.nanoTime() - begin).isLessThan(deadline.plusSeconds(2).toNanos());
    }
}
