package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process with 64 MiB of heap finds every one of many conversations, while they are written. */
@Timeout(600)
class CatalogStreamTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int CONVERSATIONS = PROOF ? 1_000_000 : 100_000;
    private static final String BOT = "42";

    /** Copies one conversation to many keys; a third of them in another state. */
    private static final String COPY = "for i = ARGV[1], ARGV[2] do"
            + " redis.call('COPY', KEYS[i % 3 == 0 and 2 or 1], 'fsm:{42:' .. string.format('%d', i) .. ':'"
            + " .. string.format('%d', i) .. '}') end";

    private static StorageKey key(long user) {
        return StorageKey.bot(BOT).chat(user).user(user).build();
    }

    /** Writes conversations from user 1 on: every third in {@code Order:SIZE}, others in {@code Order:ADDRESS}. */
    private static void fill(RedisServerProcess server, int conversations) {
        try (BotRedis redis = LettuceRedis.connect(server.uri(0));
                RespConnection admin = server.connect()) {
            StorageKey one = StorageKey.bot(1).chat(1).user(1).build();
            StorageKey other = StorageKey.bot(1).chat(2).user(2).build();
            Mutation.Builder five = Mutation.builder();
            List.of("name", "city", "size", "street", "time").forEach(entry -> five.put(entry, "\"Some text\""));
            get(redis.stateStorage().write(one, five.state("Order:ADDRESS").build()));
            get(redis.stateStorage().write(other, five.state("Order:SIZE").build()));
            for (int from = 1; from <= conversations; from += 20_000) {
                int to = Math.min(conversations, from + 19_999);
                admin.call(
                        "EVAL", COPY, "2", "fsm:{1:1:1}", "fsm:{1:2:2}", Integer.toString(from), Integer.toString(to));
            }
        }
    }

    @Test
    void aStreamNeedsLittleMemoryAndMissesNothing() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start()) {
            fill(server, CONVERSATIONS);
            try (Writers writers = new Writers(server)) {
                double alone = writers.rateDuring(() -> TimeUnit.SECONDS.sleep(2));
                StringBuilder text = new StringBuilder();
                long begin = System.nanoTime();
                double beside =
                        writers.rateDuring(() -> text.append(run(Streaming.class, server.uri(0), "" + CONVERSATIONS)));
                System.out.printf(
                        Locale.ROOT,
                        "[measured] %,d conversations: %s in %d ms with 64 MiB of heap;"
                                + " writes a second %.0f alone, %.0f meanwhile%n",
                        CONVERSATIONS,
                        text,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                        alone,
                        beside);
                assertThat(text).contains("missed 0 of " + (CONVERSATIONS - CONVERSATIONS / 3));
                if (PROOF) {
                    assertThat(beside).isGreaterThan(alone / 3);
                }
            }
        }
    }

    /**
     * The scan is killed twice, the second time about half-way, and each time continued behind the last page that it
     * had noted, finally on a restarted server.
     */
    @Test
    void aKilledScanGoesOnWhereItWasAlsoAfterARestart(@TempDir Path notes) throws Exception {
        int conversations = PROOF ? CONVERSATIONS : CONVERSATIONS / 5;
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes")) {
            fill(server, conversations);
            for (int kills = 0; kills < 2; kills++) {
                long before = size(notes.resolve("found"));
                Process process = JavaProgram.of(Resuming.class, server.uri(0), notes.toString(), "" + conversations)
                        .start();
                try {
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> !process.isAlive() || size(notes.resolve("found")) > before + conversations);
                } finally {
                    process.destroyForcibly().waitFor();
                }
                if (kills == 1) {
                    server.restart();
                }
            }
            assertThat(notes.resolve("cursor")).exists();
            long atTheKill = size(notes.resolve("found"));
            String output = run(Resuming.class, server.uri(0), notes.toString(), "" + conversations);
            System.out.printf(
                    Locale.ROOT,
                    "[measured] %,d conversations, killed twice, at last at %d of %d bytes of names: %s%n",
                    conversations,
                    atTheKill,
                    size(notes.resolve("found")),
                    output);
            assertThat(output).contains("missed 0 of " + (conversations - conversations / 3));
        }
    }

    private static long size(Path file) throws Exception {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static String run(Class<?> program, String... arguments) throws Exception {
        ProcessBuilder builder = JavaProgram.of(program, arguments);
        builder.command().add(1, "-Xmx64m");
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            return output.strip();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Changes random conversations without changing their states, one write after another. */
    private static final class Writers implements AutoCloseable {
        private final BotRedis redis;
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicLong written = new AtomicLong();
        private final Thread thread;

        Writers(RedisServerProcess server) {
            redis = LettuceRedis.connect(server.uri(0));
            StateStorage storage = redis.stateStorage();
            thread = new Thread(() -> {
                for (long i = 1; !ended.get(); i++) {
                    StorageKey key = key(1 + i * 7_919 % CONVERSATIONS);
                    get(storage.write(key, Mutation.builder().put("n", "" + i).build()));
                    written.incrementAndGet();
                }
            });
            thread.start();
        }

        private interface Work {
            void run() throws Exception;
        }

        double rateDuring(Work work) throws Exception {
            long before = written.get();
            long begin = System.nanoTime();
            work.run();
            return (written.get() - before) * 1e9 / (System.nanoTime() - begin);
        }

        @Override
        public void close() {
            ended.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            redis.close();
        }
    }

    private static String missed(BitSet found, int conversations) {
        int missed = 0;
        int all = 0;
        for (int user = 1; user <= conversations; user++) {
            if (user % 3 != 0) {
                all++;
                missed += found.get(user) ? 0 : 1;
            }
        }
        return "missed " + missed + " of " + all;
    }

    private static int user(FoundConversation found) {
        if (!found.state().equals(Optional.of("Order:ADDRESS"))) {
            throw new IllegalStateException("in another state: " + found);
        }
        return Integer.parseInt(found.key().user());
    }

    /** Streams all. */
    static final class Streaming {
        private Streaming() {}

        public static void main(String[] args) {
            int conversations = Integer.parseInt(args[1]);
            BitSet users = new BitSet(conversations);
            try (BotRedis redis = LettuceRedis.connect(args[0]);
                    Stream<FoundConversation> found = redis.stateStorage()
                            .extension(ConversationCatalog.class)
                            .orElseThrow()
                            .find(ConversationFilter.bot(BOT).state("Order:ADDRESS"))) {
                found.forEach(conversation -> users.set(user(conversation)));
            }
            System.out.println(missed(users, conversations));
        }
    }

    /** Notes what each page has found, and then its cursor; continues at the cursor that was noted. */
    static final class Resuming {
        private Resuming() {}

        public static void main(String[] args) throws Exception {
            Path noted = Path.of(args[1], "found");
            Path cursorFile = Path.of(args[1], "cursor");
            Optional<String> cursor =
                    Files.exists(cursorFile) ? Optional.of(Files.readString(cursorFile)) : Optional.empty();
            try (BotRedis redis = LettuceRedis.connect(args[0])) {
                ConversationCatalog catalog = redis.stateStorage()
                        .extension(ConversationCatalog.class)
                        .orElseThrow();
                do {
                    CatalogPage page = catalog.page(ConversationFilter.bot(BOT).state("Order:ADDRESS"), cursor);
                    Files.write(
                            noted,
                            page.found().stream().map(found -> "" + user(found)).toList(),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND);
                    cursor = page.next();
                    Path next = Path.of(args[1], "next");
                    Files.writeString(next, cursor.orElse(""));
                    Files.move(next, cursorFile, StandardCopyOption.ATOMIC_MOVE);
                } while (cursor.isPresent());
            }
            BitSet users = new BitSet();
            try (Stream<String> lines = Files.lines(noted)) {
                lines.forEach(line -> users.set(Integer.parseInt(line)));
            }
            System.out.println(missed(users, Integer.parseInt(args[2])));
        }
    }
}
