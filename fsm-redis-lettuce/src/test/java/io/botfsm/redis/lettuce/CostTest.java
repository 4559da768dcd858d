package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.read;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a conversation costs the server: commands, memory, and nothing once it is cleared. */
@Timeout(600)
class CostTest {
    private static final StorageKey KEY =
            StorageKey.bot(1234567890).chat(1234567891).user(1234567891).build();
    private static final String HASH = "fsm:{1234567890:1234567891:1234567891}";

    private static RedisServerProcess server;
    private static RespConnection admin;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
        admin = server.connect();
    }

    @AfterAll
    static void stop() {
        admin.close();
        server.close();
    }

    @BeforeEach
    void empty() {
        admin.call("FLUSHALL");
    }

    private static Mutation.Builder fullOnboarding() {
        return Mutation.builder()
                .state("Onboarding:CONFIRM")
                .put("name", "\"Anna\"")
                .put("age", "34")
                .put("city", "\"Riga\"")
                .put("interests", "[\"chess\",\"hiking\"]")
                .put("step", "5");
    }

    /** Returns the commands that the server counts during some work, including those that scripts call. */
    private static Map<String, Long> commandsOf(Runnable work) {
        Map<String, Long> before = admin.calls();
        work.run();
        return admin.calls().entrySet().stream()
                .filter(e -> !e.getKey().equals("info"))
                .filter(e -> e.getValue() > before.getOrDefault(e.getKey(), 0L))
                .collect(toMap(Map.Entry::getKey, e -> e.getValue() - before.getOrDefault(e.getKey(), 0L)));
    }

    @Test
    void aReadIsOneCommandAndAWriteIsOneScriptFromTheFirstOn() {
        admin.call("SCRIPT", "FLUSH");
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            assertThat(commandsOf(() -> applied(storage, KEY, fullOnboarding().eventId(1))))
                    .containsOnly(
                            Map.entry("evalsha", 1L),
                            Map.entry("hmget", 1L),
                            Map.entry("time", 1L),
                            Map.entry("hset", 1L));
            assertThat(commandsOf(() -> read(storage, KEY))).containsOnly(Map.entry("hgetall", 1L));
            assertThat(commandsOf(() -> applied(
                            storage,
                            KEY,
                            Mutation.builder().state("Onboarding:DONE").eventId(2))))
                    .containsOnly(
                            Map.entry("evalsha", 1L),
                            Map.entry("hmget", 1L),
                            Map.entry("hset", 1L),
                            Map.entry("persist", 1L));
        }
    }

    @Test
    void aConversationTakesLittleMemory() {
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            applied(storage, KEY, fullOnboarding());
            long plain = admin.number("MEMORY", "USAGE", HASH);
            for (int id = 900_000_000; id < 900_000_400; id++) {
                applied(storage, KEY, Mutation.builder().eventId(id));
            }
            assertThat(read(storage, KEY).events().latest()).hasSize(40);
            long withEvents = admin.number("MEMORY", "USAGE", HASH);
            applied(storage, KEY, Mutation.builder().fencingToken(1_700_000_000_000_000L));
            applied(
                    storage,
                    KEY,
                    Mutation.builder().clearState().replaceData(Map.of()).eventId(EventId.MAX_COUNTED));
            long tombstone = admin.number("MEMORY", "USAGE", HASH);

            System.out.println(String.format(
                    Locale.ROOT,
                    "[measured] bytes of a conversation: %d, with 256 recent events %d; largest tombstone %d",
                    plain,
                    withEvents,
                    tombstone));
            assertThat(admin.text("OBJECT", "ENCODING", HASH)).isEqualTo("listpack");
            assertThat(plain).isLessThanOrEqualTo(240 + rounding());
            assertThat(withEvents - plain).isLessThanOrEqualTo(40 + rounding());
            assertThat(tombstone).isLessThanOrEqualTo(250);
        }
    }

    /** What an allocator may add: those other than libc's have size classes, here 32 bytes apart. */
    private static int rounding() {
        return admin.text("INFO", "memory").contains("mem_allocator:libc") ? 0 : 32;
    }

    @Test
    void clearedConversationsLeaveAnEmptyDatabase() throws Exception {
        int keys = Proof.runs(1_000_000, 100_000);
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            StateStorage storage = redis.stateStorage();
            long begin = System.nanoTime();
            pipelined(keys, i -> storage.write(key(i), fullOnboarding().build()));
            assertThat(admin.number("DBSIZE")).isEqualTo(keys);
            Mutation clear =
                    Mutation.builder().clearState().replaceData(Map.of()).build();
            pipelined(keys, i -> storage.write(key(i), clear));
            System.out.println(String.format(
                    Locale.ROOT,
                    "[measured] %,d conversations written and cleared in %,d ms",
                    keys,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)));
            assertThat(admin.number("DBSIZE")).isZero();
            assertThat(admin.text("INFO", "keyspace")).doesNotContain("db0");
        }
    }

    private static StorageKey key(int user) {
        return StorageKey.bot(1234567890).chat(user).user(user).build();
    }

    /** Many at once, but not all: each has a timer and a buffer. */
    private static void pipelined(int calls, IntFunction<CompletionStage<?>> call) throws InterruptedException {
        int window = 1_000;
        Semaphore free = new Semaphore(window);
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < calls; i++) {
            assertThat(free.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            var unused = call.apply(i).whenComplete((result, failure) -> {
                if (failure != null) {
                    failures.incrementAndGet();
                }
                free.release();
            });
        }
        assertThat(free.tryAcquire(window, 30, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).hasValue(0);
    }
}
