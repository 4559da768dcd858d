package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Inboxes in Redis, beyond the rules: layout, permissions, keys of others, a server without memory. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InboxSuite {
    private static final InboxLimits LIMITS = InboxLimits.defaults();
    private static final OptionalLong TOKEN = OptionalLong.of(7);
    private static final List<String> PARTS = List.of("", ":waiting", ":updates", ":dead", ":letters");

    private final ClientInTest client;
    private RedisServerProcess server;
    private RespConnection admin;

    protected InboxSuite(ClientInTest client) {
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

    private static UpdateInbox inbox(StateStorage storage) {
        return storage.extension(UpdateInbox.class).orElseThrow();
    }

    private static InboxUpdate update(int number) {
        StorageKey key = StorageKey.bot(1).chat(2).user(number).build();
        return InboxUpdate.of("" + number, Optional.of(key), ("{" + number + "}").getBytes(UTF_8));
    }

    /** As docs/reference/redis-layout.md documents it. */
    @Test
    void theLayoutIsTheDocumentedOne() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            UpdateInbox inbox = inbox(redis.stateStorage());
            inbox.add(1, List.of(update(5), InboxUpdate.of("x", Optional.empty(), new byte[0])), LIMITS, TOKEN);
            inbox.bury(1, update(6), "too late", LIMITS, TOKEN);
            assertThat(keys())
                    .containsExactlyInAnyOrderElementsOf(
                            PARTS.stream().map(part -> "fsm:inbox:{1}" + part).toList());
            List<?> names = (List<?>) requireNonNull(admin.call("ZRANGE", "fsm:inbox:{1}:waiting", "0", "-1"));
            assertThat(names).hasSize(2);
            String name = new String((byte[]) names.get(0), UTF_8);
            assertThat(name).hasSize(64);
            assertThat(admin.text("ZSCORE", "fsm:inbox:{1}:waiting", name)).isEqualTo("1");
            assertThat(admin.text("HGET", "fsm:inbox:{1}:updates", name)).matches("\\d{13} 3 5 1 1:2:55\\{5}");
            List<?> letters = (List<?>) requireNonNull(admin.call("HVALS", "fsm:inbox:{1}:letters"));
            assertThat(new String((byte[]) letters.get(0), UTF_8)).matches("\\d{13} 8 too late3 5 1 1:2:66\\{6}");
            assertThat(admin.text("HGET", "fsm:inbox:{1}", "last")).isEqualTo("3");
            assertThat(admin.text("HGET", "fsm:inbox:{1}", "bytes")).isEqualTo("3");
            assertThat(admin.text("HGET", "fsm:inbox:{1}", "fence")).isEqualTo("7");
        }
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (Object key : (List<?>) requireNonNull(admin.call("KEYS", "*"))) {
            keys.add(new String((byte[]) key, UTF_8));
        }
        return keys;
    }

    @Test
    void aBotWithoutAnInboxNeedsNoMorePermissions() {
        RedisUser bot = RedisUser.OF_CONVERSATIONS;
        try (RedisTestServer own = RedisServers.start(bot.setting());
                BotRedis redis = client.connect(bot.in(own.uri(0)));
                RespConnection ofServer = own.connect()) {
            StateStorage storage = redis.stateStorage();
            StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
            applied(storage, key, Mutation.builder().state("A").eventId(1).fencingToken(1));
            UpdateInbox inbox = inbox(storage);
            RedisUser.OF_OPERATORS.createOver(ofServer);
            assertThat(inbox.erase(ConversationFilter.all()))
                    .as("where there is none")
                    .isZero();
            for (String missing : List.of("zadd", "zrem", "zscore", "zrangebyscore", "zcard")) {
                RedisUser.OF_INBOXES.without("+" + missing).createOver(ofServer);
                assertThatThrownBy(() -> inbox.add(1, List.of(update(1)), LIMITS, TOKEN))
                        .isInstanceOf(StorageRefusedException.class)
                        .hasMessage("the user has no permission for " + missing.toUpperCase(Locale.ROOT));
                assertThatThrownBy(() -> inbox.waiting(1, 0, 1)).isInstanceOf(StorageRefusedException.class);
            }
            assertThat(ofServer.number("DBSIZE")).as("the conversation").isEqualTo(1);
            RedisUser.OF_INBOXES.createOver(ofServer);
            assertThat(inbox.add(1, List.of(update(1)), LIMITS, TOKEN)).isTrue();
            assertThatThrownBy(() -> inbox.erase(ConversationFilter.bot(1)))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessage("the user has no permission for SCAN");
            RedisUser.OF_INBOXES.with("+scan").createOver(ofServer);
            assertThat(inbox.erase(ConversationFilter.bot(1).user(1))).isEqualTo(1);
        }
    }

    @Test
    void aKeyOfAnotherTypeRefusesTheWholeCall() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            UpdateInbox inbox = inbox(redis.stateStorage());
            for (String part : PARTS) {
                admin.call("FLUSHALL");
                inbox.add(1, List.of(update(1), update(2)), LIMITS, TOKEN);
                inbox.bury(1, update(3), "x", LIMITS, TOKEN);
                long position = inbox.dead(1, 0, 1).get(0).position();
                admin.call("DEL", "fsm:inbox:{1}" + part);
                admin.call("SET", "fsm:inbox:{1}" + part, "x");
                List<String> before = everything();
                OptionalLong higher = OptionalLong.of(8);
                List<Runnable> calls = new ArrayList<>(List.of(
                        () -> inbox.bury(1, update(1), "x", LIMITS.deadLetters(1), higher),
                        () -> inbox.replay(1, position)));
                if (!part.equals(":dead") && !part.equals(":letters")) {
                    calls.add(() -> inbox.add(1, List.of(update(4)), LIMITS, higher));
                    calls.add(() -> inbox.remove(1, List.of(update(1)), higher));
                }
                for (Runnable call : calls) {
                    assertThatThrownBy(call::run)
                            .isInstanceOf(StorageRefusedException.class)
                            .hasMessageContaining("WRONGTYPE");
                    assertThat(everything()).as("with %s", part).isEqualTo(before);
                }
            }
        }
    }

    /** As after a change by hand: a script must not fail between two of its writes. */
    @Test
    void aSpoiltNumberRefusesTheWholeCall() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            UpdateInbox inbox = inbox(redis.stateStorage());
            for (String number : List.of("fence", "last", "bytes")) {
                admin.call("FLUSHALL");
                inbox.add(1, List.of(update(1), update(2)), LIMITS, TOKEN);
                inbox.bury(1, update(3), "x", LIMITS, TOKEN);
                long position = inbox.dead(1, 0, 1).get(0).position();
                admin.call("HSET", "fsm:inbox:{1}", number, "x");
                List<String> before = everything();
                List<Runnable> calls = new ArrayList<>();
                calls.add(() -> inbox.bury(1, update(1), "x", LIMITS, TOKEN));
                calls.add(() -> inbox.add(1, List.of(update(4)), LIMITS, TOKEN));
                if (!number.equals("last")) {
                    calls.add(() -> inbox.remove(1, List.of(update(1)), TOKEN));
                }
                if (!number.equals("fence")) {
                    calls.add(() -> inbox.replay(1, position));
                }
                for (Runnable call : calls) {
                    assertThatThrownBy(call::run)
                            .isInstanceOf(StorageRefusedException.class)
                            .hasMessageContaining("SPOILT");
                    assertThat(everything()).as("with %s", number).isEqualTo(before);
                }
                assertThat(inbox.counts(1).waiting()).isEqualTo(2);
            }
        }
    }

    private List<String> everything() {
        List<String> everything = new ArrayList<>();
        for (String part : PARTS) {
            Object dump = admin.call("DUMP", "fsm:inbox:{1}" + part);
            everything.add(dump == null ? "none" : Arrays.toString((byte[]) dump));
        }
        return everything;
    }

    @Test
    void aServerWithoutMemoryTakesNothingAndLetsGo() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            UpdateInbox inbox = inbox(redis.stateStorage());
            inbox.add(1, List.of(update(1), update(2)), LIMITS, TOKEN);
            inbox.bury(1, update(3), "x", LIMITS, TOKEN);
            admin.call("CONFIG", "SET", "maxmemory", "1");
            try {
                StorageUnavailableException failure = catchThrowableOfType(
                        StorageUnavailableException.class,
                        () -> inbox.add(1, List.of(update(4)), LIMITS, OptionalLong.of(8)));
                assertThat(failure.mayBeApplied()).isFalse();
                inbox.remove(1, List.of(update(1)), TOKEN);
                assertThat(inbox.drop(1, inbox.dead(1, 0, 1).get(0).position())).isTrue();
            } finally {
                admin.call("CONFIG", "SET", "maxmemory", "0");
            }
            assertThat(inbox.waiting(1, 0, 10))
                    .extracting(WaitingUpdate::update)
                    .containsExactly(update(2));
            assertThat(inbox.counts(1).bytes()).isEqualTo(3);
        }
    }

    /** Whatever is missing, the rest works, and an update that is added again waits again. */
    @Test
    void whatIsDeletedByHandIsAddedAgain() {
        try (BotRedis redis = client.connect(server.uri(0))) {
            UpdateInbox inbox = inbox(redis.stateStorage());
            for (String part : PARTS.subList(0, 3)) {
                admin.call("FLUSHALL");
                inbox.add(1, List.of(update(1), update(2)), LIMITS, TOKEN);
                inbox.bury(1, update(3), "x", LIMITS, TOKEN);
                admin.call("DEL", "fsm:inbox:{1}" + part);
                inbox.remove(1, List.of(update(1), update(2)), TOKEN);
                inbox.add(1, List.of(update(1), update(2)), LIMITS, TOKEN);
                assertThat(inbox.waiting(1, 0, 10))
                        .extracting(WaitingUpdate::update)
                        .containsExactly(update(1), update(2));
                assertThat(inbox.dead(1, 0, 10)).extracting(DeadUpdate::update).containsExactly(update(3));
                inbox.remove(1, List.of(update(1), update(2)), TOKEN);
                assertThat(inbox.counts(1).bytes()).isZero();
            }
        }
    }
}
