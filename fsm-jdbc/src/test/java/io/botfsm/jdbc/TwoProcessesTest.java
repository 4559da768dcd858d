package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two JVMs write the same conversations at the same time, and lose nothing. */
@Timeout(3_600)
abstract class TwoProcessesTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int PROCESSES = 2;
    private static final int THREADS = 8;
    private static final int CONVERSATIONS = 20;
    private static final int CLEARED_KEYS = 4;
    private static final String LINE = "version ";

    private final Engine engine;
    private String url = "";

    TwoProcessesTest(Engine engine) {
        this.engine = engine;
    }

    @BeforeEach
    final void start() {
        url = engine.url(engine.newDatabase());
        try (HikariDataSource pool = Engine.pool(url, 1)) {
            BotDatabase.builder(pool).createTables().build().close();
        }
    }

    @Test
    final void differentEntriesOfTheSameConversationsAllSurvive() throws Exception {
        int entries = PROOF ? 1_250 : 25;
        inTwoProcesses(Patching.class, entries);
        int patches = all().mapToInt(snapshot -> snapshot.data().size()).sum();
        assertThat(patches).isEqualTo(PROCESSES * THREADS * entries);
        report("disjoint patches, all there", patches);
    }

    @Test
    final void compareAndSetIncrementsSumExactly() throws Exception {
        int increments = PROOF ? 5_000 : 25;
        inTwoProcesses(Counting.class, increments);
        int sum = all().mapToInt(snapshot -> Integer.parseInt(snapshot.data().getOrDefault("n", "0")))
                .sum();
        assertThat(sum).isEqualTo(PROCESSES * THREADS * increments);
        report("increments, summed exactly", sum);
    }

    /** Each version is above all versions that were acknowledged before its write began. */
    @Test
    final void noVersionOfAConversationThatBeginsAndIsClearedIsGivenOutTwice() throws Exception {
        List<String> lines = inTwoProcesses(Clearing.class, PROOF ? 30_000 : 100);
        assertThat(lines).hasSizeGreaterThan(100).doesNotHaveDuplicates();
        report("versions of 4 conversations, none twice", lines.size());
    }

    private void report(String what, int count) {
        System.out.println(
                String.format(Locale.ROOT, "[soak] %s: %,d %s", getClass().getSimpleName(), count, what));
    }

    /** Returns the lines with versions that the processes print. */
    private List<String> inTwoProcesses(Class<?> program, int count) throws Exception {
        List<Process> processes = new ArrayList<>();
        List<CompletableFuture<String>> outputs = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName(),
                                url,
                                "p" + i,
                                Integer.toString(count))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                processes.add(process);
                outputs.add(CompletableFuture.supplyAsync(() -> read(process)));
            }
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                String output = outputs.get(i).get();
                assertThat(processes.get(i).waitFor()).as(output).isZero();
                output.lines().filter(line -> line.startsWith(LINE)).forEach(lines::add);
            }
            return lines;
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<Snapshot> all() {
        List<Snapshot> all = new ArrayList<>();
        try (HikariDataSource pool = Engine.pool(url, 1);
                BotDatabase opened = BotDatabase.builder(pool).build()) {
            for (int i = 0; i < CONVERSATIONS; i++) {
                all.add(Await.answer(opened.stateStorage().read(key(i))));
            }
        }
        return all.stream();
    }

    private static StorageKey key(int conversation) {
        return StorageKey.bot(1).chat(conversation).user(2).build();
    }

    private interface Work {
        void on(StateStorage storage, int thread) throws Exception;
    }

    private static void run(String url, Work work) {
        try (HikariDataSource pool = Engine.pool(url, 10, config -> config.setConnectionTimeout(60_000));
                BotDatabase opened = BotDatabase.builder(pool)
                        .timeout(Duration.ofSeconds(60))
                        .build()) {
            StateStorage storage = opened.stateStorage();
            Crowd.of(THREADS, thread -> work.on(storage, thread));
        }
    }

    /** Adds entries under names that no other thread uses. */
    static final class Patching {
        private Patching() {}

        public static void main(String[] args) {
            run(args[0], (storage, thread) -> {
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    Mutation put = Mutation.builder()
                            .put(args[1] + "-" + thread + "-" + i, "1")
                            .build();
                    assertThat(Await.answer(storage.write(key(i % CONVERSATIONS), put)))
                            .isInstanceOf(Applied.class);
                }
            });
        }
    }

    /** Increments numbers repeatedly, each time expecting the version that it has read. */
    static final class Counting {
        private Counting() {}

        public static void main(String[] args) {
            run(args[0], (storage, thread) -> {
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    add(storage, key(ThreadLocalRandom.current().nextInt(CONVERSATIONS)));
                }
            });
        }

        private static void add(StateStorage storage, StorageKey key) {
            Snapshot seen = Await.answer(storage.read(key));
            while (Await.answer(storage.write(key, increment(seen))) instanceof Conflict conflict) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(5_000_000)); // lets others through
                seen = conflict.current();
            }
        }

        private static Mutation increment(Snapshot seen) {
            int next = Integer.parseInt(seen.data().getOrDefault("n", "0")) + 1;
            return Mutation.builder()
                    .expectVersion(seen.version())
                    .put("n", Integer.toString(next))
                    .build();
        }
    }

    /** Begins and clears conversations; prints each version that it was given. */
    static final class Clearing {
        private Clearing() {}

        public static void main(String[] args) {
            Queue<String> versions = new ConcurrentLinkedQueue<>();
            run(args[0], (storage, thread) -> {
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    int key = ThreadLocalRandom.current().nextInt(CLEARED_KEYS);
                    Mutation change = ThreadLocalRandom.current().nextBoolean()
                            ? Mutation.builder().state("A").build()
                            : Mutation.builder()
                                    .clearState()
                                    .replaceData(Map.of())
                                    .build();
                    if (Await.answer(storage.write(key(key), change)) instanceof Applied applied
                            && change.state().isPresent()) {
                        versions.add(LINE + key + " " + applied.version());
                    }
                }
            });
            versions.forEach(System.out::println);
        }
    }
}
