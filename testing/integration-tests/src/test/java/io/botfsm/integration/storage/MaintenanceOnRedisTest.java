package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.get;
import static io.botfsm.redis.client.testing.Calls.read;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.botfsm.Fsm;
import io.botfsm.catalog.ChatMove;
import io.botfsm.catalog.ChatMoveReport;
import io.botfsm.catalog.ConversationExport;
import io.botfsm.catalog.ConversationImport;
import io.botfsm.catalog.Erasure;
import io.botfsm.catalog.ErasureReport;
import io.botfsm.catalog.Preflight;
import io.botfsm.catalog.UnreadableConversation;
import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxLimits;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.UpdateInbox;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Users are erased, chats moved, and conversations exported, imported and checked, on a Redis that bots write to. */
@Timeout(300)
class MaintenanceOnRedisTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long OLD = -100;
    private static final long NEW = -1_000_000_000_100L;
    private static final int USERS = 200;
    private static final int WRITERS = 4;
    private static final Instant ENTERED = Instant.parse("2026-01-01T00:00:00Z");
    private static final int CHATS = 1_000;
    private static final String SECRET = "secret42";
    private static final InboxLimits LIMITS =
            InboxLimits.defaults().updates(100_000).deadLetters(100_000);

    private static RedisServerProcess server;

    private BotRedis redis;
    private StateStorage storage;

    enum Client {
        LETTUCE,
        JEDIS;

        BotRedis connect() {
            return this == LETTUCE ? LettuceRedis.connect(server.uri(0)) : JedisRedis.connect(server.uri(0));
        }

        Client other() {
            return this == LETTUCE ? JEDIS : LETTUCE;
        }
    }

    enum Order {
        SIZE,
        ADDRESS
    }

    record Pizza(String size, int slices) {}

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private void connect(Client client) {
        redis = client.connect();
        storage = redis.stateStorage();
    }

    @AfterEach
    void disconnect() {
        redis.close();
        wipe();
    }

    private static void wipe() {
        try (RespConnection admin = server.connect()) {
            admin.call("FLUSHALL");
        }
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
                    .since(ENTERED)
                    .put("n", "0")
                    .put("name", "\"Zoë\\n " + user + "\"")
                    .attribute("data.Pizza", "1")
                    .deadline(Instant.parse("2040-01-01T00:00:00Z"))
                    .eventId(user)
                    .build();
            get(storage.write(key(OLD, user), write));
        }
    }

    /** The bot goes on, in existing chats and in new ones, until the user is blocked before the third pass. */
    @ParameterizedTest
    @EnumSource
    void anErasureBesideTheBotLeavesNothingOfTheUserInAnyKeyAndAllOfOthers(Client client) throws Exception {
        connect(client);
        for (int chat = 0; chat < CHATS; chat++) {
            store(storage, key(chat, 7), SECRET);
            store(storage, key(chat, 77), "others");
            feed(storage, key(chat, chat % 10 == 0 ? 77 : 7), chat % 10 == 0 ? "others" : SECRET);
        }
        StorageKey cleared = key(3L * CHATS, 7);
        store(storage, cleared, SECRET);
        get(storage.write(
                cleared,
                Mutation.builder().clearState().replaceData(Map.of()).build())); // its entry waits for its time
        Map<String, String> others = records(key -> key.contains(":77}"));
        AtomicBoolean isBlocked = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (BotRedis bot = client.other().connect()) {
            List<Future<?>> ended = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                Random random = new Random(writer);
                ended.add(writers.submit(() -> {
                    while (!isBlocked.get()) {
                        store(bot.stateStorage(), key(random.nextInt(2 * CHATS), 7), SECRET);
                        feed(bot.stateStorage(), key(random.nextInt(2 * CHATS), 7), SECRET);
                        written.incrementAndGet();
                    }
                }));
            }
            awaitMore(written);
            StateStorage watched = beforePass(3, () -> {
                awaitMore(written);
                isBlocked.set(true);
                for (Future<?> writer : ended) {
                    join(writer);
                }
            });
            ErasureReport report =
                    Erasure.of(watched).erase(ConversationFilter.all().user(7));
            assertThat(report.passes()).isGreaterThan(3);
            assertThat(report.erased()).isGreaterThan(CHATS);
            assertThat(report.updates()).isGreaterThan(CHATS / 2);
        } finally {
            isBlocked.set(true);
            writers.shutdown();
        }
        assertThat(all(storage).keySet())
                .hasSize(CHATS)
                .allMatch(key -> key.user().equals("77"));
        assertThat(records(key -> key.contains(":77}"))).isEqualTo(others);
        assertThat(records(key -> !key.contains(":77}")))
                .isNotEmpty() // tombstones
                .allSatisfy((key, record) -> assertThat(record).as(key).doesNotContain(SECRET));
        assertThat(records(key -> key.startsWith("fsm:due:")).values())
                .as("indexes of deadlines")
                .hasSize(CHATS)
                .allSatisfy(entries -> assertThat(entries).matches("1:\\d+:77 ?"));
        InboxCounts left = inbox(storage).counts(1);
        assertThat(left.waiting()).as("updates of others").isEqualTo(CHATS / 20);
        assertThat(left.dead()).as("dead letters of others").isEqualTo(CHATS / 20);
    }

    /** Adds an update of a conversation, or buries it. */
    private static void feed(StateStorage storage, StorageKey key, String text) {
        UUID id = UUID.randomUUID();
        InboxUpdate update = InboxUpdate.of("" + id, Optional.of(key), text.getBytes(UTF_8));
        if (Long.parseLong(key.chat()) % 20 < 10) {
            inbox(storage).add(1, List.of(update), LIMITS, OptionalLong.empty());
        } else {
            inbox(storage).bury(1, update, "too late", LIMITS, OptionalLong.empty());
        }
    }

    private static UpdateInbox inbox(StateStorage storage) {
        return storage.extension(UpdateInbox.class).orElseThrow();
    }

    private static void store(StateStorage storage, StorageKey key, String text) {
        Mutation.Builder write = Mutation.builder()
                .state(text)
                .put(text, "\"" + text + "\"")
                .attribute("flow." + text, text)
                .deadline(Instant.parse("2040-01-01T00:00:00Z"))
                .eventId(EventId.of(UUID.randomUUID().toString()));
        get(storage.write(key, write.build()));
    }

    private static void join(Future<?> thread) {
        try {
            thread.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private StateStorage beforePass(int pass, Runnable then) {
        AtomicInteger passes = new AtomicInteger();
        ConversationCatalog watched = (filter, cursor) -> {
            if (cursor.isEmpty() && passes.incrementAndGet() == pass) {
                then.run();
            }
            return catalog(storage).page(filter, cursor);
        };
        return new ForwardingStateStorage(storage) {
            @Override
            public <T> Optional<T> extension(Class<T> type) {
                return type == ConversationCatalog.class ? Optional.of(type.cast(watched)) : super.extension(type);
            }
        };
    }

    /** The contents of the wanted keys, whatever their type: all fields and members, or else a dump. */
    private static Map<String, String> records(Predicate<String> wanted) {
        Map<String, String> records = new TreeMap<>();
        try (RespConnection admin = server.connect()) {
            for (Object name : list(admin.call("KEYS", "*"))) {
                String key = text(name);
                if (wanted.test(key)) {
                    records.put(key, content(admin, key));
                }
            }
        }
        return records;
    }

    private static String content(RespConnection admin, String key) {
        return switch (admin.text("TYPE", key)) {
            case "hash" -> joined(admin.call("HGETALL", key));
            case "zset" -> joined(admin.call("ZRANGE", key, "0", "-1"));
            default -> text(admin.call("DUMP", key));
        };
    }

    private static String joined(@Nullable Object array) {
        return list(array).stream().map(MaintenanceOnRedisTest::text).sorted().collect(Collectors.joining(" "));
    }

    private static List<?> list(@Nullable Object array) {
        return (List<?>) requireNonNull(array);
    }

    /** Each byte as a character. */
    private static String text(@Nullable Object bytes) {
        return new String((byte[]) requireNonNull(bytes), ISO_8859_1);
    }

    /** Each writer counts in the old chat for as long as the conversation is there, and then in the new one. */
    @ParameterizedTest
    @EnumSource
    void aChatMovesUnderConcurrentUpdatesAndNothingIsLost(Client client) throws Exception {
        connect(client);
        fill(USERS);
        AtomicIntegerArray counted = new AtomicIntegerArray(USERS);
        AtomicInteger written = new AtomicInteger();
        AtomicBoolean isEnough = new AtomicBoolean();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (BotRedis other = client.other().connect()) {
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
            assertThat(moved.since().orElseThrow()) // two writers have two clocks
                    .isCloseTo(ENTERED, within(1, ChronoUnit.SECONDS));
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

    /** The move is killed wherever it is, and begun again until it has ended. */
    @Test
    void aMoveThatIsKilledIsFinishedByTheNext() throws Exception {
        connect(Client.LETTUCE);
        fill(10 * USERS);
        Map<StorageKey, Snapshot> before = all(storage);
        for (int kills = 0; kills < 2; kills++) {
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

    @ParameterizedTest
    @EnumSource
    void exportWipeImportGivesTheSameConversationsWithHigherVersions(Client client, @TempDir Path directory)
            throws Exception {
        connect(client);
        fill(10 * USERS);
        Map<StorageKey, Snapshot> before = all(storage);
        Path file = directory.resolve("conversations.jsonl");
        ConversationExport.builder(catalog(storage)).build().writeTo(file);
        wipe();
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
            assertThat(snapshot.since()).isEqualTo(former.since());
            assertThat(snapshot.version()).isGreaterThan(former.version());
        });
    }

    @ParameterizedTest
    @EnumSource
    void aPreflightNamesWhatThisBuildCannotReadAndNothingElse(Client client) {
        connect(client);
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        for (int user = 0; user < 10 * USERS; user++) {
            fsm.context(key(user, user)).update(turn -> turn.state(Order.SIZE).data(new Pizza("small", 8)));
        }
        get(storage.write(key(3, 3), Mutation.builder().state("Order:STREET").build()));
        get(storage.write(
                key(5, 5), Mutation.builder().put("slices", "\"secret42\"").build()));
        get(storage.write(
                key(7, 7), Mutation.builder().attribute("data.Pizza", "2").build()));
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
