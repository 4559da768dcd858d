package io.botfsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command is killed in the middle of its work: each conversation is either old or new, never partly changed, and a
 * second run finishes. With {@code -Dbotfsm.proof=true}, it is killed several times, and has more conversations.
 */
@Timeout(600)
class KilledCommandTest extends OneRedisServer {
    private static final boolean IS_PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int USERS = IS_PROOF ? 100_000 : 1_000;
    private static final int KILLS = IS_PROOF ? 5 : 1;

    /**
     * The delay for a command that sends a hundred writes at once; the next one is for a command that waits for each
     * write.
     */
    private static final Duration BATCHES = Duration.ofMillis(IS_PROOF ? 2 : 20);

    private static final Duration SINGLE_CALLS = Duration.ofMillis(IS_PROOF ? 0 : 1);
    private static final Map<String, String> DATA = Map.of("a", "1", "b", "2", "c", "3");

    @TempDir
    Path directory;

    private final FaultyProxy proxy = new FaultyProxy(server);
    private BotRedis bot;
    private StateStorage storage;

    @BeforeEach
    void seed() {
        bot = JedisRedis.builder(server.uri(0))
                .commandTimeout(Duration.ofSeconds(20))
                .connect();
        storage = bot.stateStorage();
        Mutation begin =
                Mutation.builder().state("Order:SIZE").replaceData(DATA).build();
        for (int from = 0; from < USERS; from += 1_000) {
            List<CompletableFuture<?>> writes = new ArrayList<>();
            IntStream.range(from, from + 1_000)
                    .forEach(user ->
                            writes.add(storage.write(key(-7, user), begin).toCompletableFuture()));
            CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
        }
    }

    @AfterEach
    void close() {
        bot.close();
        proxy.close();
    }

    private static StorageKey key(long chat, int user) {
        return StorageKey.bot(1).chat(chat).user(user + 1).build();
    }

    private Map<String, String> environment() {
        return Map.of("BOTFSM_STORE", server.uri(0));
    }

    /** Starts the command with delayed responses; otherwise, it would finish before it is killed. */
    private Process startSlowly(Duration delay, String... arguments) throws Exception {
        proxy.delay(delay);
        return CommandRun.start(Map.of("BOTFSM_STORE", proxy.uri(0)), directory, arguments);
    }

    /** Runs and kills the command {@link #KILLS} times, each time after more than a tenth of the work. */
    private void runAndKill(Duration delay, LongSupplier progress, String... arguments) throws Exception {
        for (int i = 0; i < KILLS; i++) {
            long start = progress.getAsLong();
            Process process = startSlowly(delay, arguments);
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .pollDelay(0, TimeUnit.MILLISECONDS)
                    .pollInterval(2, TimeUnit.MILLISECONDS)
                    .until(() -> Math.abs(progress.getAsLong() - start) > USERS / 10 || !process.isAlive());
            assertThat(process.isAlive())
                    .as("killed in the middle: %s", Files.readString(directory.resolve("err")))
                    .isTrue();
            process.destroyForcibly().waitFor();
            Awaitility.await().until(() -> proxy.open() == 0); // what was sent has arrived
        }
    }

    private static long keys() {
        return redis.number("DBSIZE");
    }

    /** Whether a conversation exists; asserts that it is complete. */
    private boolean isThere(StorageKey key) {
        Snapshot snapshot = storage.read(key).toCompletableFuture().join();
        if (snapshot.state().isPresent() || !snapshot.data().isEmpty()) {
            assertThat(snapshot.state()).hasValue("Order:SIZE");
            assertThat(snapshot.data()).isEqualTo(DATA);
            return true;
        }
        return false;
    }

    private long count(long chat) {
        return IntStream.range(0, USERS)
                .filter(user -> isThere(key(chat, user)))
                .count();
    }

    @Test
    void erase() throws Exception {
        String[] arguments = {"erase", "--bot", "1", "--yes"};
        runAndKill(BATCHES, KilledCommandTest::keys, arguments);
        assertThat(count(-7)).isBetween(1L, USERS - 1L);

        CommandRun.of(environment(), arguments).ended(0);

        assertThat(keys()).isZero();
    }

    @Test
    void imports() throws Exception {
        Path file = directory.resolve("all.jsonl");
        CommandRun.of(environment(), "export", file.toString()).ended(0);
        redis.call("FLUSHALL");
        runAndKill(BATCHES, KilledCommandTest::keys, "import", file.toString());
        long done = count(-7);
        assertThat(done).isBetween(1L, USERS - 1L);

        CommandRun again = CommandRun.of(environment(), "import", file.toString(), "--json")
                .ended(0);

        assertThat(again.object().path("skipped").longValue()).isEqualTo(done);
        assertThat(count(-7)).isEqualTo(USERS);
    }

    /** Ended as by Ctrl-C. */
    @Test
    void exportLeavesNoFileWithValues() throws Exception {
        Path exports = Files.createDirectory(directory.resolve("exports"));
        Process process =
                startSlowly(BATCHES, "export", exports.resolve("all.jsonl").toString());
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .until(() -> !isEmpty(exports) || !process.isAlive());
        process.destroy();
        assertThat(process.waitFor()).as("ended in the middle").isNotZero();
        assertThat(exports).isEmptyDirectory();
    }

    private static boolean isEmpty(Path exports) throws IOException {
        try (var files = Files.list(exports)) {
            return files.findAny().isEmpty();
        }
    }

    @Test
    void moveChat() throws Exception {
        String[] arguments = {"move-chat", "--bot", "1", "--from", "-7", "--to", "-1007", "--yes"};
        runAndKill(SINGLE_CALLS, KilledCommandTest::writes, arguments);
        long moved = count(-1007);
        assertThat(moved).isBetween(1L, USERS - 1L);
        for (int user = 0; user < USERS; user++) {
            assertThat(isThere(key(-7, user)) || isThere(key(-1007, user)))
                    .as("user %d", user)
                    .isTrue();
        }

        CommandRun.of(environment(), arguments).ended(0);

        assertThat(count(-1007)).isEqualTo(USERS);
        assertThat(keys()).isEqualTo(USERS);
    }

    /** The number of writes that the server has received. */
    private static long writes() {
        return redis.text("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_evalsha:calls="))
                .mapToLong(line -> Long.parseLong(line.replaceAll("^[^=]*=(\\d+),.*", "$1")))
                .findFirst()
                .orElse(0);
    }
}
