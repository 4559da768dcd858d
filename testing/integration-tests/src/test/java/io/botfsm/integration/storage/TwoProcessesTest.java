package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.get;
import static io.botfsm.redis.client.testing.Calls.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two JVMs write one conversation at the same time, and lose nothing. */
@Timeout(600)
class TwoProcessesTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int PROCESSES = 2;

    private static RedisServerProcess server;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void differentEntriesOfOneConversationAllSurvive() throws Exception {
        int entries = 10_000;
        StorageKey key = freshKey();
        String report = inTwoProcesses(EntriesWriter.class, key, entries);
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            Snapshot snapshot = read(redis.stateStorage(), key);
            System.out.println(String.format(
                    Locale.ROOT,
                    "[measured] %d processes × %,d entries: %,d there; %s",
                    PROCESSES,
                    entries,
                    snapshot.data().size(),
                    report));
            assertThat(snapshot.data()).hasSize(PROCESSES * entries);
        }
    }

    @Test
    void compareAndSetIncrementsSumExactly() throws Exception {
        int increments = PROOF ? 5_000 : 250;
        StorageKey key = freshKey();
        String report = inTwoProcesses(Counting.class, key, increments);
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            Snapshot snapshot = read(redis.stateStorage(), key);
            int expected = PROCESSES * Counting.THREADS * increments;
            System.out.println(String.format(
                    Locale.ROOT,
                    "[measured] %d processes × %d threads × %,d increments: %s of %d; %s",
                    PROCESSES,
                    Counting.THREADS,
                    increments,
                    snapshot.data().get("n"),
                    expected,
                    report));
            assertThat(snapshot.data()).containsEntry("n", Integer.toString(expected));
        }
    }

    private static String inTwoProcesses(Class<?> program, StorageKey key, int count) throws Exception {
        List<Process> processes = new ArrayList<>();
        long begin = System.nanoTime();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(JavaProgram.of(program, server.uri(0), key.bot(), "p" + i, Integer.toString(count))
                        .start());
            }
            List<String> outputs = new ArrayList<>();
            for (Process process : processes) {
                String output = new String(process.getInputStream().readAllBytes(), UTF_8);
                assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as(output).isZero();
                outputs.add(output.strip());
            }
            return outputs + " in " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms";
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static StorageKey key(String bot) {
        return StorageKey.bot(bot).chat(1).user(2).build();
    }

    /** Puts entries of its own, many at once. */
    static final class EntriesWriter {
        private EntriesWriter() {}

        public static void main(String[] args) throws Exception {
            int entries = Integer.parseInt(args[3]);
            int window = 64;
            Semaphore free = new Semaphore(window);
            AtomicLong applied = new AtomicLong();
            try (BotRedis redis = LettuceRedis.connect(args[0])) {
                StateStorage storage = redis.stateStorage();
                for (int i = 0; i < entries; i++) {
                    free.acquire();
                    Mutation put = Mutation.builder()
                            .put(args[2] + "-" + i, Integer.toString(i))
                            .build();
                    var unused = storage.write(key(args[1]), put).whenComplete((outcome, failure) -> {
                        if (outcome instanceof Applied) {
                            applied.incrementAndGet();
                        }
                        free.release();
                    });
                }
                free.acquire(window);
            }
            System.out.println(applied + " applied");
            System.exit(applied.get() == entries ? 0 : 1);
        }
    }

    /** Adds one, again and again, each time on the version that it has read. */
    static final class Counting {
        static final int THREADS = 8;

        private Counting() {}

        public static void main(String[] args) throws Exception {
            int increments = Integer.parseInt(args[3]);
            AtomicLong conflicts = new AtomicLong();
            ExecutorService pool = Executors.newFixedThreadPool(THREADS);
            try (BotRedis redis = LettuceRedis.connect(args[0])) {
                StateStorage storage = redis.stateStorage();
                List<Future<?>> threads = new ArrayList<>();
                for (int t = 0; t < THREADS; t++) {
                    threads.add(pool.submit(() -> increment(storage, key(args[1]), increments, conflicts)));
                }
                for (Future<?> thread : threads) {
                    thread.get();
                }
            } finally {
                pool.shutdownNow();
            }
            System.out.println(conflicts + " conflicts");
        }

        private static void increment(StateStorage storage, StorageKey key, int times, AtomicLong conflicts) {
            Snapshot seen = read(storage, key);
            for (int done = 0; done < times; ) {
                int next = Integer.parseInt(seen.data().getOrDefault("n", "0")) + 1;
                Outcome outcome = get(storage.write(
                        key,
                        Mutation.builder()
                                .expectVersion(seen.version())
                                .put("n", Integer.toString(next))
                                .build()));
                if (outcome instanceof Conflict conflict) {
                    conflicts.incrementAndGet();
                    LockSupport.parkNanos(
                            ThreadLocalRandom.current().nextLong(2_000_000)); // so that someone gets through
                    seen = conflict.current();
                } else {
                    done++;
                    seen = read(storage, key);
                }
            }
        }
    }
}
