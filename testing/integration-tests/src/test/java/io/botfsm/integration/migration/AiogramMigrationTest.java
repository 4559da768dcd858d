package io.botfsm.integration.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.integration.JavaProgram;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.aiogram.AiogramLayout;
import io.botfsm.redis.aiogram.AiogramMigration;
import io.botfsm.redis.aiogram.AiogramMigration.Direction;
import io.botfsm.redis.aiogram.AiogramStateStorage;
import io.botfsm.redis.aiogram.MigrationReport;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class AiogramMigrationTest {
    private static final AiogramLayout LAYOUT = AiogramLayout.builder().bot(1).build();

    private static RedisServerProcess server;
    private static RespConnection raw;
    private static BotRedis redis;
    private static StateStorage aiogram;
    private static StateStorage own;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
        raw = server.connect();
        redis = LettuceRedis.builder(server.uri(0))
                .commandTimeout(Duration.ofSeconds(20))
                .connect();
        aiogram = AiogramStateStorage.of(redis, LAYOUT);
        own = redis.stateStorage();
    }

    @AfterAll
    static void stop() {
        redis.close();
        raw.close();
        server.close();
    }

    @AfterEach
    void forget() {
        raw.call("FLUSHALL");
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static Applied applied(StateStorage storage, StorageKey key, Mutation.Builder change) throws Exception {
        Outcome outcome = get(storage.write(key, change.build()));
        assertThat(outcome).isInstanceOf(Applied.class);
        return (Applied) outcome;
    }

    private static StorageKey user(Object id) {
        return StorageKey.bot(1).chat(id).user(id).build();
    }

    private static void putConversation(Object id, String state, String data) {
        raw.call("SET", String.format(Locale.ROOT, "fsm:%s:%s:state", id, id), state);
        raw.call("SET", String.format(Locale.ROOT, "fsm:%s:%s:data", id, id), data);
    }

    private static Mutation.Builder change() {
        return Mutation.builder();
    }

    private static Mutation.Builder clear() {
        return change().clearState().replaceData(Map.of());
    }

    private static AiogramMigration migration() {
        return AiogramMigration.of(redis, LAYOUT);
    }

    private static MigrationReport from() {
        return migration().run(Direction.FROM_AIOGRAM);
    }

    private static void counts(MigrationReport report, int migrated, int alreadyThere, int newerThere, int skipped) {
        assertThat(List.of(report.migrated(), report.alreadyThere(), report.newerThere(), report.skippedInAll()))
                .as("%s %s", report, report.skipped())
                .containsExactly((long) migrated, (long) alreadyThere, (long) newerThere, (long) skipped);
    }

    enum Form {
        name,
        age
    }

    @Test
    void aConversationBegunThereGoesOnHereAndBack() throws Exception {
        String begun =
                "{\"name\": \"\\u0410\\u043b\\u0438\\u0441\\u0430\", \"rating\": 1.0, \"big\": 123456789012345678901234567890,"
                        + " \"exp\": 1e+16, \"unknown\": {\"a\": [], \"b\": [1.50, {}], \"c\": \"\\ud83e\"}}";
        putConversation(5, "Form:name", begun);

        counts(from(), 1, 0, 0, 0);
        Fsm fsm = Fsm.builder(own).states(Form.class).build();
        fsm.handle(user(5), 77, turn -> {
            assertThat(turn.state(Form.class)).hasValue(Form.name);
            assertThat(turn.value("name", String.class)).hasValue("\u0410\u043b\u0438\u0441\u0430");
            return turn.put("age", 31).state(Form.age);
        });
        raw.call("DEL", "fsm:5:5:state", "fsm:5:5:data");
        counts(migration().run(Direction.TO_AIOGRAM), 1, 0, 0, 0);

        assertThat(raw.text("GET", "fsm:5:5:state")).isEqualTo("Form:age");
        Snapshot back = get(aiogram.read(user(5)));
        assertThat(back.data())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name", "\"\\u0410\\u043b\\u0438\\u0441\\u0430\"",
                        "rating", "1.0",
                        "big", "123456789012345678901234567890",
                        "exp", "1e+16",
                        "unknown", "{\"a\": [], \"b\": [1.5, {}], \"c\": \"\\ud83e\"}",
                        "age", "31"));
    }

    @Test
    void everyOptionAndEveryPartOfAKeyComesOver() throws Exception {
        AiogramLayout layout = AiogramLayout.builder()
                .prefix("p*")
                .separator("|")
                .withBotId()
                .withBusinessConnectionId()
                .withDestiny()
                .build();
        List<StorageKey> keys = List.of(
                StorageKey.bot(1).chat(-42).user(42).build(),
                StorageKey.bot(2).chat(-42).user(42).thread(7).destiny("s:{1}%").build(),
                StorageKey.bot(2).chat(-42).user(42).business("bc").build(),
                StorageKey.bot("b")
                        .chat(-42)
                        .user(42)
                        .thread(7)
                        .business("bc")
                        .destiny("d")
                        .build());
        StateStorage there = AiogramStateStorage.of(redis, layout);
        for (StorageKey key : keys) {
            applied(there, key, change().state(key.toString()).put("a", "1"));
        }
        AiogramMigration migration = AiogramMigration.of(redis, layout).removing();
        counts(migration.run(Direction.FROM_AIOGRAM), 4, 0, 0, 0);
        for (StorageKey key : keys) {
            assertThat(get(own.read(key)).state()).hasValue(key.toString());
        }
        assertThat(raw.number("DBSIZE")).isEqualTo(4);
        counts(migration.run(Direction.TO_AIOGRAM), 4, 0, 0, 0);
        for (StorageKey key : keys) {
            assertThat(get(there.read(key)).state()).hasValue(key.toString());
        }
        assertThat(raw.number("DBSIZE")).isEqualTo(8);
    }

    @Test
    void stateAloneAndDataAloneComeOver() throws Exception {
        raw.call("SET", "fsm:1:1:state", "");
        raw.call("SET", "fsm:2:2:data", "{\"a\": 1}");
        raw.call("SET", "fsm:3:3:data", "{}");
        counts(from(), 2, 0, 0, 0);
        assertThat(get(own.read(user(1))).state()).hasValue("");
        assertThat(get(own.read(user(2))).data()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void runAgainItLeavesWhatIsThere() throws Exception {
        putConversation(1, "Form:name", "{\"a\": 1.0}");
        putConversation(2, "Form:name", "{\"a\": 1.0}");
        counts(from(), 2, 0, 0, 0);
        long version = get(own.read(user(1))).version();
        applied(own, user(2), change().state("Form:age"));

        counts(from(), 0, 1, 1, 0);

        assertThat(get(own.read(user(1))).version()).isEqualTo(version);
        assertThat(get(own.read(user(2))).state()).hasValue("Form:age");
    }

    @Test
    void whatWasClearedForAnEventStaysCleared() throws Exception {
        putConversation(1, "Form:name", "{\"a\": 1}");
        Fsm.of(own).handle(user(1), 5, Turn::clear);
        counts(from(), 0, 0, 1, 0);
        assertThat(get(own.read(user(1))).state()).isEmpty();
    }

    @Test
    void aDryRunReportsTheSameAndWritesNothing() {
        putConversation(1, "Form:name", "{\"a\": 1}");
        putConversation(2, "Form:name", "not JSON");
        raw.call("SET", "fsm:1:2:3:4:state", "S");
        List<Long> reported = new ArrayList<>();
        MigrationReport report = migration()
                .removing()
                .dry()
                .progress(now -> reported.add(now.keys()))
                .run(Direction.FROM_AIOGRAM);
        counts(report, 1, 0, 0, 3);
        assertThat(raw.number("DBSIZE")).isEqualTo(5);
        assertThat(reported).last().isEqualTo(5L);
        assertThat(report.keysInAll()).isEqualTo(5);
    }

    @Test
    void whatCannotComeOverIsReportedAndNotGuessed() throws Exception {
        raw.call("SET", "fsm:1:2:3:4:state", "S");
        raw.call("SET", "fsm::2:state", "S");
        raw.call("SET", "fsm:1:2:0:state:state", "S");
        raw.call("SET", "fsm:5:0:5:state", "S"); // a thread 0 that aiogram does not write
        raw.call("SET", "fsm:6:6:data", "{\"secret\": ");
        raw.call("SET", "fsm:7:7:data", "{\"\\ud83e\": 1}");
        raw.call("SET", "fsm:8:8:lock", "0123");
        raw.call("LPUSH", "fsm:other", "x");
        applied(own, user(9), change().state("S")); // of the same prefix, in the other layout
        MigrationReport report = from();
        assertThat(report.skipped())
                .extracting(MigrationReport.Skipped::key)
                .containsExactlyInAnyOrder(
                        "fsm:1:2:3:4:state",
                        "fsm::2:state",
                        "fsm:1:2:0:state:state",
                        "fsm:5:0:5:state",
                        "fsm:6:6:data",
                        "fsm:7:7:data");
        counts(report, 0, 0, 0, 6);
        assertThat(report.toString() + report.skipped()).doesNotContain("secret");
        assertThat(get(own.read(user(9))).state()).hasValue("S");

        applied(own, StorageKey.bot(1).chat("a:b").user(1).build(), change().state("S"));
        applied(own, StorageKey.bot(1).chat(1).user(1).destiny("d").build(), change().state("S"));
        applied(own, user(10), change().put("a", "not JSON"));
        applied(own, StorageKey.bot(2).chat(1).user(1).build(), change().state("of another bot"));
        MigrationReport back = migration().run(Direction.TO_AIOGRAM);
        counts(back, 1, 0, 0, 3);
        assertThat(back.skipped())
                .extracting(MigrationReport.Skipped::reason)
                .anyMatch(why -> why.contains("destiny d"));
    }

    @Test
    void removingLeavesWhatTheTargetDoesNotHaveAsItIs() throws Exception {
        putConversation(1, "A", "{\"a\": 1}");
        putConversation(2, "A", "{\"a\": 1}");
        putConversation(4, "A", "{\"a\": 1}");
        raw.call("SET", "fsm:3:3:data", "not JSON");
        applied(own, user(2), change().state("B"));
        applied(own, user(4), change().state("A").put("a", "1"));
        MigrationReport report = migration().removing().run(Direction.FROM_AIOGRAM);
        counts(report, 1, 1, 1, 1);
        assertThat(report.newer()).containsExactly("fsm:2:2:state");
        assertThat(raw.number("EXISTS", "fsm:1:1:state", "fsm:1:1:data", "fsm:4:4:state", "fsm:4:4:data"))
                .isZero();
        assertThat(raw.number("EXISTS", "fsm:2:2:state", "fsm:2:2:data", "fsm:3:3:data"))
                .isEqualTo(3);
    }

    /** Another client sets states all the while, at arbitrary moments of the scan. */
    @Test
    void threeThousandWithDataAloneComeOverWhileTheirStatesAreSet() throws Exception {
        int users = 3_000;
        List<String> words = new ArrayList<>(List.of("MSET"));
        for (int user = 1; user <= users; user++) {
            words.add(String.format(Locale.ROOT, "fsm:%d:%d:data", user, user));
            words.add("{\"n\": " + user + "}");
        }
        raw.call(words.toArray(String[]::new));
        ExecutorService python = Executors.newSingleThreadExecutor();
        AtomicBoolean isMigrating = new AtomicBoolean();
        try (RespConnection other = server.connect()) {
            Future<?> states = python.submit(() -> {
                Awaitility.await().until(isMigrating::get);
                for (int user = 1; user <= users; user++) {
                    other.call("SET", String.format(Locale.ROOT, "fsm:%d:%d:state", user, user), "A");
                }
            });
            MigrationReport report =
                    migration().progress(now -> isMigrating.set(true)).run(Direction.FROM_AIOGRAM);
            states.get(60, TimeUnit.SECONDS);
            assertThat(report.skippedInAll()).isZero();
        } finally {
            python.shutdown();
        }
        for (int user = 1; user <= users; user++) {
            assertThat(get(own.read(user(user))).data()).as("user %d", user).isEqualTo(Map.of("n", "" + user));
        }
    }

    @Test
    void aMissingRightToListKeysIsNamed() {
        raw.call("ACL", "SETUSER", "bot", "reset", "on", ">secret", "~*", "&*", "+@all", "-scan");
        try (BotRedis limited = LettuceRedis.connect(
                String.format(Locale.ROOT, "redis://bot:secret@%s:%d", server.host(), server.port()))) {
            AiogramMigration migration = AiogramMigration.of(limited, LAYOUT);
            assertThatThrownBy(() -> migration.run(Direction.FROM_AIOGRAM))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("SCAN");
        }
    }

    /** Aiogram's layout as the second source of a bot that has begun on the new one. */
    private record FromAiogram(StateStorage aiogram) implements StateRecovery {
        @Override
        public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
            return aiogram.read(key)
                    .thenApply(found -> Optional.of(RecoveredConversation.of(found.state(), found.data()))
                            .filter(some -> found.version() != 0));
        }

        @Override
        public CompletionStage<Void> cleared(StorageKey key, long version) {
            return aiogram.write(key, clear().build()).thenAccept(done -> {});
        }
    }

    /** The bot handles updates on the new layout all the while; the migration is killed in its midst and run again. */
    @Test
    void tenThousandComeOverWhileTheBotRunsAndTheMigrationIsKilled(@TempDir Path directory) throws Exception {
        int users = 10_000;
        seed(users);
        AtomicIntegerArray handled = new AtomicIntegerArray(users); // −1: cleared at the end
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong updates = new AtomicLong();
        StateStorage recovering =
                RecoveringStateStorage.builder(own, new FromAiogram(aiogram)).build();
        Fsm fsm = Fsm.builder(recovering).timeout(Duration.ofSeconds(60)).build();
        ExecutorService bot = Executors.newFixedThreadPool(3);
        List<Future<?>> work = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            int mine = thread;
            work.add(bot.submit(() -> {
                Random random = new Random(mine);
                while (!ended.get()) {
                    int user = 3 * random.nextInt(users / 3) + mine; // nobody else's
                    long id = updates.incrementAndGet();
                    if (user % 50 == 0) {
                        fsm.handle(user(user), id, Turn::clear);
                        handled.set(user, -1);
                    } else {
                        fsm.handle(
                                user(user),
                                id,
                                turn -> turn.put(
                                        "n", turn.value("n", Integer.class).orElseThrow() + 1));
                        handled.incrementAndGet(user);
                    }
                }
            }));
        }
        try {
            int killedAt = runAndKill(directory);
            assertThat(killedAt).isBetween(1_000, users - 1_000);
            MigrationReport report = from();
            assertThat(report.skippedInAll()).isZero();
            assertThat(report.alreadyThere() + report.newerThere())
                    .as("%s", report)
                    .isGreaterThanOrEqualTo(1_000);
            assertThat(report.migrated()).as("%s", report).isPositive();
        } finally {
            ended.set(true);
            for (Future<?> each : work) {
                each.get(60, TimeUnit.SECONDS);
            }
            bot.shutdown();
        }
        int changed = 0;
        List<CompletionStage<Snapshot>> left =
                IntStream.range(0, users).mapToObj(user -> own.read(user(user))).toList();
        for (int user = 0; user < users; user++) {
            Snapshot now = get(left.get(user));
            int count = handled.get(user);
            changed += count == 0 ? 0 : 1;
            if (count < 0) {
                assertThat(now.state()).as("cleared %d", user).isEmpty();
                assertThat(now.data()).isEmpty();
            } else {
                assertThat(now.state()).as("user %d", user).hasValue("Form:name");
                assertThat(now.data())
                        .as("user %d, %d updates", user, count)
                        .isEqualTo(Map.of(
                                "n", "" + (user + count), "rating", "1.0", "big", "12345678901234567890" + user));
            }
        }
        assertThat(changed).as("users who wrote meanwhile").isGreaterThan(100);
        counts(from(), 0, users - changed, changed - cleared(handled), 0);
    }

    private static int cleared(AtomicIntegerArray handled) { // their source was notified and has nothing left
        int cleared = 0;
        for (int i = 0; i < handled.length(); i++) {
            cleared += handled.get(i) < 0 ? 1 : 0;
        }
        return cleared;
    }

    private static void seed(int users) {
        for (int begin = 0; begin < users; begin += 500) {
            List<String> words = new ArrayList<>(List.of("MSET"));
            for (int user = begin; user < begin + 500; user++) {
                words.addAll(List.of(
                        String.format(Locale.ROOT, "fsm:%d:%d:state", user, user),
                        "Form:name",
                        String.format(Locale.ROOT, "fsm:%d:%d:data", user, user),
                        String.format(
                                Locale.ROOT,
                                "{\"n\": %d, \"rating\": 1.0, \"big\": 12345678901234567890%d}",
                                user,
                                user)));
            }
            raw.call(words.toArray(String[]::new));
        }
    }

    /** Returns how many conversations it has reported as migrated. */
    private static int runAndKill(Path directory) throws Exception {
        Path log = directory.resolve("migration.log");
        Process process = JavaProgram.of(MigrationProcess.class, server.uri(0))
                .redirectOutput(log.toFile())
                .start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> migrated(log) >= 1_000);
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(Files.readString(log)).doesNotContain("done");
        return migrated(log);
    }

    private static int migrated(Path log) throws Exception {
        String text = Files.exists(log) ? Files.readString(log) : "";
        return text.lines()
                .filter(line -> line.matches("[0-9]+"))
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(0);
    }
}
