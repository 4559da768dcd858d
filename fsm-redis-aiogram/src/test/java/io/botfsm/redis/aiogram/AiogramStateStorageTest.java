package io.botfsm.redis.aiogram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.redis.SocketPort;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.ServerAccess;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.transition.NotifyingStateStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AiogramStateStorageTest extends OneRedisServer {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final StorageKey KEY = StorageKey.bot(1).chat(-42).user(42).build();
    private static final String STATE = "fsm:-42:42:state";
    private static final String DATA = "fsm:-42:42:data";

    private static AiogramLayout.Builder layout() {
        return AiogramLayout.builder().bot(1);
    }

    private static AiogramStateStorage over(RedisPort port, AiogramLayout.Builder layout) {
        return new AiogramStateStorage(port, DEADLINE, layout.build());
    }

    private static AiogramStateStorage storage(AiogramLayout.Builder layout) {
        return over(new SocketPort(redis), layout);
    }

    private static <T> T value(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Outcome write(AiogramStateStorage storage, Mutation.Builder change) throws Exception {
        return value(storage.write(KEY, change.build()));
    }

    private static <T extends FsmException> T failure(CompletionStage<?> stage, Class<T> type) {
        try {
            throw new AssertionError("no failure, but " + value(stage));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(type);
            return type.cast(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Mutation.Builder change() {
        return Mutation.builder();
    }

    private static String get(String key) {
        return redis.text("GET", key);
    }

    @Test
    void whatAnotherWriterStoredIsKeptToTheCharacter() throws Exception {
        String others = "{\"a\":1.50,\"b\" : [1,2],\"\u00e9\":\"\u00e9\", \"c\": 1e2, \"d\": 12345678901234567890.0}";
        redis.call("SET", DATA, others);
        AiogramStateStorage storage = storage(layout());

        write(storage, change().state("A").put("b", "{\"x\":1}"));

        assertThat(get(DATA))
                .isEqualTo(
                        "{\"a\": 1.50, \"b\": {\"x\": 1}, \"\u00e9\": \"\u00e9\", \"c\": 1e2, \"d\": 12345678901234567890.0}");
        redis.call("SET", DATA, others);
        write(storage, change().state("B").remove("never there"));
        assertThat(get(DATA)).isEqualTo(others);
        assertThat(get(STATE)).isEqualTo("B");
    }

    @Test
    void versionsAreStampsOfBothTexts() throws Exception {
        AiogramStateStorage storage = storage(layout());
        write(storage, change().state("A").put("a", "1"));
        long first = value(storage.read(KEY)).version();
        assertThat(first).isPositive().isLessThan(1L << 52);
        write(storage, change().state("B"));
        assertThat(value(storage.read(KEY)).version()).isNotEqualTo(first);
        assertThat(write(storage, change().state("C").expectVersion(first))).isInstanceOf(Conflict.class);

        write(storage, change().state("A")); // the same again, which is why VERSION is not claimed

        assertThat(value(storage.read(KEY)).version()).isEqualTo(first);
        assertThat(write(storage, change().state("C").expectVersion(first))).isInstanceOf(Applied.class);
    }

    /** State and data that divide the same characters differently have different stamps. */
    @Test
    void stampsTellStateFromData() throws Exception {
        List<AiogramTexts> texts = List.of(
                texts("a", "b"),
                texts("ab", ""),
                texts("", "ab"),
                texts("a", null),
                texts(null, "a"),
                texts("", null),
                texts(null, ""),
                texts("", ""),
                texts("-", null),
                texts(null, "-"),
                texts("=1:a", null),
                texts("a=", "b"),
                texts("a", "=b"),
                texts("1:a", "b"),
                texts(null, null));
        assertThat(texts.stream().map(AiogramTexts::stamp)).doesNotHaveDuplicates();
        for (AiogramTexts some : texts) {
            redis.call("FLUSHALL");
            some.state().ifPresent(state -> redis.call("SET", STATE, state));
            some.data().ifPresent(data -> redis.call("SET", DATA, data));
            assertThat(redis.call(evalWrite(some.stamp())))
                    .as("the script's stamp of %s", some)
                    .isEqualTo(1L);
        }
    }

    private static AiogramTexts texts(@Nullable String state, @Nullable String data) {
        return new AiogramTexts(Optional.ofNullable(state), Optional.ofNullable(data));
    }

    private static byte[][] evalWrite(String stamp) {
        return new byte[][] {
            "EVAL".getBytes(UTF_8),
            AiogramStateStorage.WRITE.text(),
            {'2'},
            STATE.getBytes(UTF_8),
            DATA.getBytes(UTF_8),
            stamp.getBytes(UTF_8),
            {'k'},
            {'k'},
            {'-', '1'},
            {'-', '1'}
        };
    }

    @Test
    void stateAndDataHaveTimesToLiveOfTheirOwn() throws Exception {
        AiogramStateStorage storage =
                storage(layout().stateTtl(Duration.ofHours(1)).dataTtl(Duration.ofHours(2)));
        for (Mutation.Builder each : List.of(
                change().state("A").put("a", "1"),
                change(),
                change().state("B"),
                change().put("a", "2"),
                change().put("a", "2"))) {
            redis.call("PERSIST", STATE);
            redis.call("PERSIST", DATA);
            write(storage, each);
            assertThat(redis.number("PTTL", STATE)).isBetween(3_500_000L, 3_600_000L);
            assertThat(redis.number("PTTL", DATA)).isBetween(7_100_000L, 7_200_000L);
        }
        write(storage, change().persist());
        assertThat(redis.number("PTTL", STATE)).isEqualTo(-1);
        assertThat(redis.number("PTTL", DATA)).isEqualTo(-1);
        write(storage, change().put("b", "1").ttl(Duration.ofMinutes(1)));
        assertThat(redis.number("PTTL", STATE)).isBetween(1L, 60_000L);
        assertThat(redis.number("PTTL", DATA)).isBetween(1L, 60_000L);
    }

    @Test
    void aStateThatHasEndedLeavesItsData() throws Exception {
        AiogramStateStorage storage = storage(layout().stateTtl(Duration.ofMillis(1)));
        write(storage, change().state("A").put("a", "1"));
        Awaitility.await().until(() -> redis.call("GET", STATE) == null);
        Snapshot left = value(storage.read(KEY));
        assertThat(left.state()).isEmpty();
        assertThat(left.data()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void withoutTimeToLiveAWriteClearsAnOldOne() throws Exception {
        redis.call("SET", STATE, "A", "EX", "100");
        redis.call("SET", DATA, "{\"a\": 1}", "EX", "100");
        write(storage(layout()), change().put("b", "2"));
        assertThat(redis.number("PTTL", STATE)).isEqualTo(-1);
        assertThat(redis.number("PTTL", DATA)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "null", "{\"secret\"", "{\"secret\": }", "secret", "{} secret", "{\"a\": secret}"})
    void dataThatCannotBeReadAreRefusedAndNotQuoted(String stored) {
        redis.call("SET", STATE, "A");
        redis.call("SET", DATA, stored);
        AiogramStateStorage storage = storage(layout());
        for (CompletionStage<?> call : List.of(
                storage.read(KEY),
                storage.write(KEY, change().put("a", "1").build()),
                storage.write(KEY, change().expectState("B").build()))) {
            StorageRefusedException refused = failure(call, StorageRefusedException.class);
            assertThat(refused)
                    .hasMessageContaining("not a conversation of aiogram")
                    .hasNoCause();
            assertThat(refused.getMessage()).contains(KEY.toString()).doesNotContain("secret");
            assertThat(refused.mayBeApplied()).isFalse();
        }
        assertThat(get(DATA)).isEqualTo(stored);
    }

    @Test
    void dataThatCannotBeReadCanBeReplacedAndCleared() throws Exception {
        AiogramStateStorage storage = storage(layout());
        redis.call("SET", DATA, "not JSON");
        write(storage, change().state("A"));
        assertThat(get(DATA)).isEqualTo("not JSON");
        write(storage, change().replaceData(Map.of("a", "1")));
        assertThat(get(DATA)).isEqualTo("{\"a\": 1}");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        redis.call("SET".getBytes(UTF_8), DATA.getBytes(UTF_8), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        failure(storage(layout()).read(KEY), ConversationRefusedException.class);
    }

    @Test
    void anotherKindOfValueIsRefused() {
        redis.call("LPUSH", DATA, "x");
        AiogramStateStorage storage = storage(layout());
        assertThat(failure(storage.read(KEY), ConversationRefusedException.class))
                .hasMessageContaining("WRONGTYPE");
        failure(storage.write(KEY, change().put("a", "1").build()), ConversationRefusedException.class);
    }

    @Test
    void whatIsNotJsonIsRefusedBeforeAnythingIsWritten() {
        AiogramStateStorage storage = storage(layout());
        StorageRefusedException refused = failure(
                storage.write(KEY, change().state("A").put("name", "secret").build()), StorageRefusedException.class);
        assertThat(refused).hasMessageContaining("data entry \"name\" is not JSON");
        assertThat(refused.getMessage()).doesNotContain("secret");
        assertThat(redis.number("DBSIZE")).isZero();
    }

    @Test
    void fenceAndEventAreRefusedByName() {
        AiogramStateStorage storage = storage(layout());
        assertThat(failure(
                        storage.write(KEY, change().state("A").fencingToken(77).build()),
                        StorageRefusedException.class))
                .hasMessageContaining("fencing token 77");
        assertThat(failure(storage.write(KEY, change().state("A").eventId(88).build()), StorageRefusedException.class))
                .hasMessageContaining("event id 88");
        assertThat(redis.number("DBSIZE")).isZero();
    }

    @Test
    void whatNeedsMoreThanTheLayoutHoldsIsRefusedWhenItIsBuilt() throws Exception {
        AiogramStateStorage storage = storage(layout());
        assertThat(storage.capabilities()).containsExactlyInAnyOrder(Capability.COMPARE_AND_SET, Capability.TTL);
        assertThatThrownBy(() -> new FencedStateStorage(storage, 7)).hasMessageContaining("FENCING");
        assertThatThrownBy(() -> new NotifyingStateStorage(storage, List.of())).hasMessageContaining("VERSION");
        Fsm fsm = Fsm.of(storage);
        assertThatThrownBy(() -> fsm.fencedBy(7)).hasMessageContaining("FENCING");
        assertThatThrownBy(() -> fsm.handle(KEY, 1, turn -> turn.state("A"))).hasMessageContaining("EVENT_ID");
        fsm.context(KEY).update(turn -> turn.put("n", 1).state("A"));
        assertThat(get(DATA)).isEqualTo("{\"n\": 1}");
    }

    @Test
    void keysThatTheLayoutDoesNotTellApartAreRefusedByName() {
        refused(layout(), StorageKey.bot(9).chat(1).user(2).build(), "bot=9", "bot 1");
        refused(layout(), StorageKey.bot(1).chat(1).user(2).destiny("scene").build(), "destiny scene");
        refused(layout(), StorageKey.bot(1).chat(1).user(2).business("bc").build(), "business connection bc");
        refused(layout(), StorageKey.bot(1).chat(1).user(2).thread(0).build(), "thread 0");
        refused(layout(), StorageKey.bot(1).chat("1:2").user(3).build(), "\":\"");
        refused(layout(), StorageKey.bot(1).chat(1).user("2:3").build(), "\":\"");
        refused(
                layout().withDestiny(),
                StorageKey.bot(1).chat(1).user(2).destiny("a:b").build(),
                "\":\"");
        refused(
                layout().withBotId().bot("1:2"),
                StorageKey.bot("1:2").chat(3).user(4).build(),
                "\":\"");
        AiogramLayout.Builder business = layout().withBusinessConnectionId();
        refused(business, StorageKey.bot(1).chat(2).user(3).business("7").build(), "another part");
        refused(business, StorageKey.bot(1).chat("a").user(3).thread(4).build(), "another part");
        refused(layout().separator("aa"), StorageKey.bot(1).chat("xa").user(3).build(), "\"aa\"");
        assertThat(redis.number("DBSIZE")).isZero();
    }

    private static void refused(AiogramLayout.Builder layout, StorageKey key, String... words) {
        AiogramStateStorage storage = storage(layout);
        Mutation change = change().state("A").build();
        assertThat(failure(storage.write(key, change), StorageRefusedException.class))
                .hasMessageContainingAll(words);
        assertThat(failure(storage.read(key), StorageRefusedException.class).key())
                .hasValue(key);
    }

    @Test
    void differentKeysHaveDifferentNames() {
        AiogramLayout layout = AiogramLayout.builder()
                .withBotId()
                .withBusinessConnectionId()
                .withDestiny()
                .build();
        List<String> ids =
                List.of("1", "-1", "a", ":", "1:2", "a:", "state", "data", "default", "0", "bc", "\u00e9", "%3A", " ");
        Map<String, StorageKey> names = new HashMap<>();
        int refused = 0;
        for (String bot : ids) {
            for (String chat : ids) {
                for (String other : ids) {
                    for (StorageKey.Builder key : List.of(
                            StorageKey.bot(bot).chat(chat).user(other),
                            StorageKey.bot(bot).chat(chat).user("5").thread(other),
                            StorageKey.bot(bot).chat(chat).user("5").business(other),
                            StorageKey.bot(bot).chat(chat).user("5").destiny(other),
                            StorageKey.bot(bot).chat(chat).user("5").thread("6").business(other))) {
                        try {
                            String name = new String(layout.keys(key.build()).get(0), UTF_8);
                            StorageKey before = names.put(name, key.build());
                            assertThat(before == null || before.equals(key.build()))
                                    .as(name)
                                    .isTrue();
                            assertThat(layout.conversation(name)).hasValue(key.build());
                        } catch (StorageRefusedException e) {
                            refused++;
                        }
                    }
                }
            }
        }
        assertThat(names).hasSizeGreaterThan(1_000);
        assertThat(refused).isPositive();
    }

    @Test
    void impossibleOptionsAreRefused() {
        assertThatThrownBy(() -> AiogramLayout.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bot(id)");
        assertThatThrownBy(() -> layout().separator("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> layout().bot("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> layout().prefix("\ud83e")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> layout().stateTtl(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> layout().dataTtl(Duration.ofDays(-1))).hasMessageContaining("PT-24H");
        assertThat(layout().stateTtl(Duration.ofSeconds(5)).build().toString())
                .contains("bot=1", "PT5S", "dataTtl=(none)");
    }

    /** Somebody else writes between the read and the write. */
    @Test
    void aLostRaceIsTriedAgain() throws Exception {
        int[] races = {3};
        AiogramStateStorage storage = over(
                new ActingPort(redis, () -> {
                    if (races[0]-- > 0) {
                        redis.call("SET", DATA, "{\"other\": " + races[0] + "}");
                    }
                }),
                layout());

        write(storage, change().put("mine", "1"));

        assertThat(get(DATA)).isEqualTo("{\"other\": 0, \"mine\": 1}");
    }

    @Test
    void aConditionIsHeldToWhatTheRaceLeft() throws Exception {
        redis.call("SET", STATE, "A");
        AiogramStateStorage storage = over(new ActingPort(redis, () -> redis.call("SET", STATE, "B")), layout());

        Outcome outcome = write(storage, change().state("C").expectState("A"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Conflict.class, c -> assertThat(c.current().state()).hasValue("B"));
        assertThat(get(STATE)).isEqualTo("B");
    }

    @Test
    void whoLosesEveryRaceFailsInTime() {
        int[] count = {0};
        AiogramStateStorage storage = new AiogramStateStorage(
                new ActingPort(redis, () -> redis.call("SET", DATA, "{\"other\": " + count[0]++ + "}")),
                Duration.ofMillis(300),
                layout().build());
        long begin = System.nanoTime();

        ContentionException failure =
                failure(storage.write(KEY, change().put("mine", "1").build()), ContentionException.class);

        assertThat(failure.attempts()).isGreaterThan(1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        assertThat(get(DATA)).doesNotContain("mine");
    }

    @Test
    void forgottenScriptsAreSentAgain() throws Exception {
        AiogramStateStorage storage = storage(layout());
        for (int i = 0; i < 3; i++) {
            redis.call("SCRIPT", "FLUSH");
            write(storage, change().put("i", "" + i));
            redis.call("SCRIPT", "FLUSH");
            assertThat(value(storage.read(KEY)).data()).isEqualTo(Map.of("i", "" + i));
        }
    }

    @Test
    void aWriteWithoutAnswerIsNotDenied() {
        AiogramStateStorage storage = over(
                new ActingPort(redis, () -> {
                    throw RedisPortException.outcomeUnknown(null);
                }),
                layout());
        StorageUnavailableException lost =
                failure(storage.write(KEY, change().state("A").build()), StorageUnavailableException.class);
        assertThat(lost.mayBeApplied()).isTrue();
        assertThat(lost.key()).hasValue(KEY);
    }

    @Test
    void closedMeansClosed() {
        AiogramStateStorage storage = storage(layout());
        storage.close();
        failure(storage.read(KEY), StorageClosedException.class);
        failure(storage.write(KEY, change().build()), StorageClosedException.class);
    }

    @Test
    void theServerIsCheckedByTheRightsThatTheLayoutNeeds() {
        for (String command :
                List.of("get", "set", "del", "pexpire", "persist", "eval", "evalsha", "script|load", "info")) {
            user("-" + command);
            try (RespConnection limited = server.connect()) {
                limited.call("AUTH", "bot", "secret");
                assertThatThrownBy(() -> check(limited, layout()))
                        .isInstanceOf(StorageRefusedException.class)
                        .hasMessageContaining(command.toUpperCase(Locale.ROOT).replace('|', ' '));
            }
            assertThat(redis.number("DBSIZE")).isZero();
        }
        user();
        try (RespConnection limited = server.connect()) {
            limited.call("AUTH", "bot", "secret");
            check(limited, layout());
            assertThatThrownBy(() -> check(limited, layout().prefix("other")))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("other:*");
        }
    }

    /** Creates a user with the permissions that docs/reference/redis-layout.md names, minus some. */
    private static void user(String... removed) {
        List<String> words = new ArrayList<>(List.of("ACL", "SETUSER", "bot", "reset", "on", ">secret", "~fsm:*"));
        for (String command : RIGHTS) {
            words.add(command);
        }
        words.addAll(List.of(removed));
        redis.call(words.toArray(String[]::new));
    }

    private static final List<String> RIGHTS =
            List.of("+info", "+script|load", "+evalsha", "+eval", "+get", "+set", "+del", "+pexpire", "+persist");

    private static void check(RespConnection connection, AiogramLayout.Builder layout) {
        AiogramStateStorage.requireSupported(
                new ServerAccess(new SocketPort(connection), "redis://test", DEADLINE), layout.build());
    }

    @Test
    void aClusterIsRefused() {
        try (RedisServerProcess node = RedisServerProcess.start("cluster-enabled yes");
                RespConnection connection = node.connect()) {
            assertThatThrownBy(() -> check(connection, layout()))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("cluster");
        }
    }

    /** A port that runs an action before each write. */
    private static final class ActingPort extends SocketPort {
        private final Runnable before;

        ActingPort(RespConnection redis, Runnable before) {
            super(redis);
            this.before = before;
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            if (sha.equals(AiogramStateStorage.WRITE.sha())) {
                try {
                    before.run();
                } catch (RedisPortException e) {
                    return CompletableFuture.failedFuture(e);
                }
            }
            return super.evalsha(sha, keys, args);
        }
    }
}
