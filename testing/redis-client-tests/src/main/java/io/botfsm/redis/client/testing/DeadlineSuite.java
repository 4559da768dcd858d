package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.failure;
import static io.botfsm.redis.client.testing.Calls.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Deadlines in Redis, beyond the rules: permissions, keys of others, what older versions write. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DeadlineSuite {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final Instant PAST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant FUTURE = Instant.parse("2100-01-01T00:00:00Z");

    private final ClientInTest client;
    private RedisServerProcess server;
    private RespConnection admin;

    protected DeadlineSuite(ClientInTest client) {
        this.client = client;
    }

    @BeforeAll
    void start() {
        server = RedisServerProcess.start();
        admin = server.connect();
    }

    @AfterAll
    void stop() {
        admin.close();
        server.close();
    }

    @BeforeEach
    void forgetEverything() {
        admin.call("FLUSHALL");
    }

    private static DeadlineQueue queue(StateStorage storage) {
        return storage.extension(DeadlineQueue.class).orElseThrow();
    }

    private static Mutation.Builder change() {
        return Mutation.builder();
    }

    /** The only index. */
    private String index() {
        List<?> indexes = (List<?>) requireNonNull(admin.call("KEYS", "fsm:due:*"));
        assertThat(indexes).hasSize(1);
        return new String((byte[]) indexes.get(0), UTF_8);
    }

    @Test
    void onlyADeadlineHasAnEntry() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            applied(storage, KEY, change().state("A").put("a", "1"));
            assertThat(admin.number("DBSIZE")).isEqualTo(1);
            applied(storage, KEY, change().deadline(FUTURE));
            assertThat(admin.text("ZSCORE", index(), "1:2:3")).isEqualTo("" + FUTURE.toEpochMilli() / 10);
            applied(storage, KEY, change().clearDeadline());
            assertThat(admin.number("DBSIZE")).isEqualTo(1);
        }
    }

    /** Both for an existing conversation and for a new one. */
    @Test
    void anIndexOfAnotherTypeRefusesTheWholeWrite() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            applied(
                    storage,
                    KEY,
                    change().state("A").put("a", "1").put("b", "2").deadline(FUTURE));
            String index = index();
            admin.call("DEL", index);
            admin.call("SET", index, "x");
            Snapshot before = read(storage, KEY);
            Mutation set = change().state("B")
                    .replaceData(Map.of("c", "3"))
                    .deadline(PAST)
                    .eventId(7)
                    .fencingToken(9)
                    .build();
            Mutation clear =
                    change().clearState().replaceData(Map.of()).clearDeadline().build();
            for (Mutation mutation : List.of(set, clear)) {
                FsmException failure = failure(storage.write(KEY, mutation));
                assertThat(failure)
                        .isInstanceOf(ConversationRefusedException.class)
                        .hasMessageContaining("index of deadlines");
                assertThat(((ConversationRefusedException) failure).mayBeApplied())
                        .isFalse();
                assertThat(read(storage, KEY)).isEqualTo(before);
            }
            admin.call("DEL", "fsm:{1:2:3}");
            failure(storage.write(KEY, set));
            assertThat(admin.number("DBSIZE")).as("keys, the other's included").isEqualTo(1);
            applied(storage, KEY, change().state("A"));
            assertThatThrownBy(() -> queue(storage).due(1, 10)).isInstanceOf(StorageRefusedException.class);
        }
    }

    @Test
    void aBotWithoutDeadlinesNeedsNoMorePermissions() {
        RedisUser bot = RedisUser.OF_CONVERSATIONS;
        try (RedisTestServer own = RedisServers.start(bot.setting());
                BotRedis redis = client.connect(bot.in(own.uri(0)))) {
            StateStorage storage = redis.stateStorage();
            applied(storage, KEY, change().state("A").put("a", "1").eventId(1).fencingToken(1));
            Snapshot before = read(storage, KEY);
            FsmException failure = failure(
                    storage.write(KEY, change().state("B").deadline(PAST).build()));
            assertThat(failure).isInstanceOf(StorageRefusedException.class).hasMessageContaining("NOPERM");
            assertThat(((StorageRefusedException) failure).mayBeApplied()).isFalse();
            assertThat(read(storage, KEY)).isEqualTo(before);
            assertThatThrownBy(() -> queue(storage).due(1, 10))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessage("the user has no permission for ZREM");
            try (RespConnection ofServer = own.connect()) {
                for (String missing : List.of("zadd", "zscore", "zrangebyscore")) {
                    RedisUser.OF_DEADLINES.without("+" + missing).createOver(ofServer);
                    assertThatThrownBy(() -> queue(storage).due(1, 10))
                            .hasMessage("the user has no permission for " + missing.toUpperCase(java.util.Locale.ROOT));
                }
                RedisUser.OF_OPERATORS.createOver(ofServer);
                assertThat(queue(storage).mend(ConversationFilter.all()).deadlines())
                        .isZero();
                RedisUser.OF_DEADLINES.createOver(ofServer);
                applied(storage, KEY, change().state("B").deadline(PAST));
                assertThat(queue(storage).due(1, 10))
                        .extracting(DueConversation::key)
                        .containsExactly(KEY);
                assertThat(ofServer.number("DBSIZE"))
                        .as("conversation and index")
                        .isEqualTo(2);
            }
        }
    }

    /** A version without an index leaves the entry of an earlier deadline, or none. */
    @Test
    void whatAnOlderVersionWroteIsMended() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            for (int user = 0; user < 3; user++) {
                applied(storage, key(user), change().state("A").deadline(user == 2 ? FUTURE : PAST));
            }
            for (Object index : (List<?>) requireNonNull(admin.call("KEYS", "fsm:due:*"))) {
                String name = new String((byte[]) index, UTF_8);
                String late = "" + FUTURE.plus(Duration.ofDays(1)).toEpochMilli() / 10;
                admin.call("ZADD", name, "XX", late, "1:0:0");
                admin.call("ZREM", name, "1:1:1");
                admin.call("ZADD", name, "XX", late, "1:2:2");
            }
            assertThat(queue(storage).due(1, 10)).isEmpty();
            MendReport report = queue(storage).mend(ConversationFilter.bot(1));
            assertThat(report.toString()).isEqualTo(MendReport.of(3, 1, 2, 0).toString());
            assertThat(queue(storage).due(1, 10))
                    .extracting(DueConversation::key)
                    .containsExactlyInAnyOrder(key(0), key(1));
            assertThat(queue(storage).mend(ConversationFilter.all()).toString())
                    .isEqualTo(MendReport.of(3, 0, 0, 0).toString());
        }
    }

    private static StorageKey key(int user) {
        return StorageKey.bot(1).chat(user).user(user).build();
    }

    /** A record that is deleted by hand, or evicted. */
    @Test
    void anEntryWithoutAConversationGoesWhenItIsLookedAt() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            applied(storage, KEY, change().state("A").deadline(PAST));
            admin.call("DEL", "fsm:{1:2:3}");
            assertThat(queue(storage).due(1, 10)).isEmpty();
            applied(storage, KEY, change().state("A").deadline(FUTURE));
            admin.call("DEL", "fsm:{1:2:3}");
            assertThat(queue(storage).mend(ConversationFilter.all().user(4)).removed())
                    .isZero();
            assertThat(queue(storage).mend(ConversationFilter.all().user(3)).removed())
                    .isEqualTo(1);
            assertThat(admin.number("DBSIZE")).isZero();
        }
    }
}
