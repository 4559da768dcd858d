package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.get;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ChatMoveReport;
import io.botfsm.catalog.ConversationExport;
import io.botfsm.catalog.ConversationImport;
import io.botfsm.catalog.Preflight;
import io.botfsm.catalog.UnreadableConversation;
import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Chats are moved, and conversations exported, imported and checked, on a Redis that bots write to. */
@Timeout(300)
class MaintenanceOnRedisTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long OLD = -100;
    private static final long NEW = -1_000_000_000_100L;
    private static final int USERS = 200;
    private static final int WRITERS = 4;

    private RedisServerProcess server;
    private BotRedis redis;
    private StateStorage storage;

    enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(String size, int slices) {}

    @BeforeEach
    void start() {
        server = RedisServerProcess.start();
        redis = LettuceRedis.connect(server.uri(0));
        storage = redis.stateStorage();
    }

    @AfterEach
    void stop() {
        redis.close();
        server.close();
    }

    private static StorageKey key(long chat, long user) {
        return StorageKey.bot(1).chat(chat).user(user).build();
    }

    private static Map<StorageKey, Snapshot> all(StateStorage storage) {
        Map<StorageKey, Snapshot> all = new HashMap<>();
        try (Stream<FoundConversation> found = catalog(storage).find(ConversationFilter.all())) {
            found.forEach(each -> all.put(each.key(), each.snapshot()));
        }
        return all;
    }

    private static ConversationCatalog catalog(StateStorage storage) {
        return storage.extension(ConversationCatalog.class).orElseThrow();
    }

    private void fill(int users) {
        for (int user = 0; user < users; user++) {
            Mutation write = Mutation.builder()
                    .state("Order:SIZE")
                    .put("n", "0")
                    .put("name", "\"Zoë\\n " + user + "\"")
                    .attribute("data.Pizza", "1")
                    .deadline(Instant.parse("2040-01-01T00:00:00Z"))
                    .eventId(user)
                    .build();
            get(storage.write(key(OLD, user), write));
        }
    }

    /** Each counts in the old chat for as long as the conversation is there, and then in the new one. */
    @Test
    void aChatMovesUnderConcurrentUpdatesAndNothingIsLost() throws Exception {
        fill(USERS);
        AtomicIntegerArray counted = new AtomicIntegerArray(USERS);
        AtomicInteger written = new AtomicInteger();
        AtomicBoolean isEnough = new AtomicBoolean();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (BotRedis other = JedisRedis.connect(server.uri(0))) {
            List<Future<?>> ended = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                Fsm fsm = Fsm.of(writer % 2 == 0 ? storage : other.stateStorage());
                ended.add(writers.submit(() -> {
                    for (int i = 0; !isEnough.get(); i++) {
                        count(fsm, i % USERS);
                        counted.incrementAndGet(i % USERS);
                        written.incrementAndGet();
                    }
                }));
            }
            awaitMore(written);
            ChatMoveReport report = ChatMove.of(storage).move(1, OLD, NEW);
            assertThat(report.moved()).isGreaterThanOrEqualTo(USERS);
            awaitMore(written);
            isEnough.set(true);
            for (Future<?> writer : ended) {
                writer.get();
            }
        } finally {
            isEnough.set(true);
            writers.shutdown();
        }
        Map<StorageKey, Snapshot> after = all(storage);
        assertThat(after).hasSize(USERS);
        for (int user = 0; user < USERS; user++) {
            Snapshot moved = after.get(key(NEW, user));
            assertThat(moved.data()).containsEntry("n", "" + counted.get(user)).containsKey("name");
            assertThat(moved.state()).hasValue("Order:SIZE");
            assertThat(moved.attributes()).containsEntry("data.Pizza", "1");
            assertThat(moved.deadline()).hasValue(Instant.parse("2040-01-01T00:00:00Z"));
            assertThat(read(storage, key(OLD, user)).events().contains(EventId.of(user)))
                    .as("is remembered under the old key")
                    .isTrue();
        }
    }

    private static void awaitMore(AtomicInteger written) {
        int before = written.get();
        Awaitility.await().atMost(PATIENCE).until(() -> written.get() > before + 2 * USERS);
    }

    private static void count(Fsm fsm, long user) {
        while (!isCounted(fsm, key(OLD, user)) && !isCounted(fsm, key(NEW, user))) {
            Thread.onSpinWait();
        }
    }

    private static boolean isCounted(Fsm fsm, StorageKey key) {
        return fsm.<Boolean>handle(key, turn -> {
                    Optional<Integer> n = turn.value("n", Integer.class);
                    n.ifPresent(before -> turn.put("n", before + 1));
                    return n.isPresent();
                })
                .orElse(now -> false);
    }

    /** Killed wherever it is, and begun again until it has ended. */
    @Test
    void aMoveThatIsKilledIsFinishedByTheNext() throws Exception {
        fill(20 * USERS);
        Map<StorageKey, Snapshot> before = all(storage);
        for (int kills = 0; kills < 3; kills++) {
            int moved = moved();
            Process process = JavaProgram.of(Moving.class, server.uri(0)).start();
            try {
                Awaitility.await()
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> !process.isAlive() || moved() > moved);
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        ChatMove.of(storage).move(1, OLD, NEW);
        Map<StorageKey, Snapshot> after = all(storage);
        assertThat(after).hasSize(before.size());
        before.forEach((key, snapshot) -> {
            Snapshot moved = after.get(ChatMove.keyIn(key, NEW));
            assertThat(moved.state()).isEqualTo(snapshot.state());
            assertThat(moved.data()).isEqualTo(snapshot.data());
        });
    }

    private int moved() {
        try (Stream<FoundConversation> found =
                catalog(storage).find(ConversationFilter.bot(1).chat(NEW))) {
            return (int) found.count();
        }
    }

    /** Moves the chat. */
    static final class Moving {
        private Moving() {}

        public static void main(String[] args) {
            try (BotRedis redis = LettuceRedis.connect(args[0])) {
                ChatMove.of(redis.stateStorage()).move(1, OLD, NEW);
            }
        }
    }

    @Test
    void exportWipeImportGivesTheSameConversationsWithHigherVersions(@TempDir Path directory) throws Exception {
        fill(10 * USERS);
        Map<StorageKey, Snapshot> before = all(storage);
        Path file = directory.resolve("conversations.jsonl");
        ConversationExport.builder(catalog(storage)).build().writeTo(file);
        try (RespConnection admin = server.connect()) {
            admin.call("FLUSHALL");
        }
        assertThat(all(storage)).isEmpty();
        ConversationImport.builder(storage).build().readFrom(file);
        Map<StorageKey, Snapshot> after = all(storage);
        assertThat(after.keySet()).isEqualTo(before.keySet());
        after.forEach((key, snapshot) -> {
            Snapshot former = before.get(key);
            assertThat(snapshot.state()).isEqualTo(former.state());
            assertThat(snapshot.data()).isEqualTo(former.data());
            assertThat(snapshot.attributes()).isEqualTo(former.attributes());
            assertThat(snapshot.deadline()).isEqualTo(former.deadline());
            assertThat(snapshot.version()).isGreaterThan(former.version());
        });
    }

    @Test
    void aPreflightNamesWhatThisBuildCannotReadAndNothingElse() {
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        for (int user = 0; user < 10 * USERS; user++) {
            fsm.context(key(user, user)).update(turn -> turn.state(Order.SIZE).data(new Pizza("small", 8)));
        }
        get(storage.write(key(3, 3), Mutation.builder().state("Order:STREET").build()));
        get(storage.write(key(5, 5), Mutation.builder().put("slices", "\"secret42\"").build()));
        get(storage.write(key(7, 7), Mutation.builder().attribute("data.Pizza", "2").build()));
        try (RespConnection admin = server.connect()) {
            admin.call("RPUSH", "fsm:{1:9:10}", "secret42");
        }
        Preflight report = Preflight.check(catalog(storage), fsm, Pizza.class);
        assertThat(report.unreadable())
                .extracting(UnreadableConversation::key)
                .containsExactlyInAnyOrder(key(3, 3), key(5, 5), key(7, 7));
        assertThat(report.records()).hasSize(1);
        assertThat(report.unreadable() + " " + report.records()).doesNotContain("secret42");
    }
}
