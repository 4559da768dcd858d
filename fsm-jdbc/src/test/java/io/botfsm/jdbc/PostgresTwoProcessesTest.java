package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Two JVMs write one conversation at the same time, and lose nothing. */
@Timeout(600)
@TestInstance(Lifecycle.PER_CLASS)
class PostgresTwoProcessesTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int PROCESSES = 2;
    private static final int THREADS = 4;

    private String url;

    @BeforeAll
    void start() {
        String name = Engine.POSTGRESQL.newDatabase();
        url = Engine.POSTGRESQL.url(name);
        try (HikariDataSource pool = Engine.pool(url, 1)) {
            BotDatabase.builder(pool).createTables().build().close();
        }
    }

    @Test
    void differentEntriesOfOneConversationAllSurvive() throws Exception {
        int entries = PROOF ? 1_000 : 50;
        inTwoProcesses(Patching.class, "patched", entries);
        assertThat(read("patched").data()).hasSize(PROCESSES * THREADS * entries);
    }

    @Test
    void compareAndSetIncrementsSumExactly() throws Exception {
        int increments = PROOF ? 2_500 : 50;
        inTwoProcesses(Counting.class, "counted", increments);
        assertThat(read("counted").data()).containsEntry("n", Integer.toString(PROCESSES * THREADS * increments));
    }

    private void inTwoProcesses(Class<?> program, String bot, int count) throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName(),
                                url,
                                bot,
                                "p" + i,
                                Integer.toString(count))
                        .redirectErrorStream(true)
                        .start());
            }
            for (Process process : processes) {
                String output = new String(process.getInputStream().readAllBytes(), UTF_8);
                assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as(output).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private Snapshot read(String bot) {
        try (HikariDataSource pool = Engine.pool(url, 1);
                BotDatabase opened = BotDatabase.builder(pool).build()) {
            return Await.answer(opened.stateStorage().read(key(bot)));
        }
    }

    private static StorageKey key(String bot) {
        return StorageKey.bot(bot).chat(1).user(2).build();
    }

    private interface Work {
        void on(StateStorage storage, int thread) throws Exception;
    }

    private static void run(String url, Work work) {
        try (HikariDataSource pool = Engine.pool(url, THREADS);
                BotDatabase opened = BotDatabase.builder(pool)
                        .timeout(Duration.ofSeconds(60))
                        .build()) {
            StateStorage storage = opened.stateStorage();
            Crowd.of(THREADS, thread -> work.on(storage, thread));
        }
    }

    /** Puts entries of its own. */
    static final class Patching {
        private Patching() {}

        public static void main(String[] args) {
            run(args[0], (storage, thread) -> {
                for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                    Mutation put = Mutation.builder()
                            .put(args[2] + "-" + thread + "-" + i, "1")
                            .build();
                    assertThat(Await.answer(storage.write(key(args[1]), put))).isInstanceOf(Applied.class);
                }
            });
        }
    }

    /** Adds one, again and again, each time on the version that it has read. */
    static final class Counting {
        private Counting() {}

        public static void main(String[] args) {
            run(args[0], (storage, thread) -> {
                Snapshot seen = Await.answer(storage.read(key(args[1])));
                for (int done = 0; done < Integer.parseInt(args[3]); ) {
                    int next = Integer.parseInt(seen.data().getOrDefault("n", "0")) + 1;
                    Outcome outcome = Await.answer(storage.write(
                            key(args[1]),
                            Mutation.builder()
                                    .expectVersion(seen.version())
                                    .put("n", Integer.toString(next))
                                    .build()));
                    if (outcome instanceof Conflict conflict) {
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(5_000_000)); // lets others through
                        seen = conflict.current();
                    } else {
                        done++;
                        seen = Await.answer(storage.read(key(args[1])));
                    }
                }
            });
        }
    }
}
