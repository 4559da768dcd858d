package io.botfsm.integration.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.MendReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Deadlines are set, moved, cleared and deferred by two processes, each with another client, while their server is
 * killed and goes on from an older snapshot. Afterwards every conversation with a deadline is in the index in time.
 * Entries that are lost by hand come back by mending, to the last one.
 */
@Timeout(3_600)
class DeadlineSoakTest {
    private static final int OPERATIONS = Proof.runs(1_000_000, 20_000);
    private static final int ROUNDS = Proof.runs(20, 3);

    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong deferred = new AtomicLong();
    private final Instant begun = Instant.now();

    @Test
    void everyDeadlineIsInTheIndexInTimeAfterRestartsFromOlderSnapshots() throws Exception {
        long lost = 0;
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis lettuce = LettuceRedis.connect(server.uri(0));
                BotRedis jedis = JedisRedis.connect(server.uri(0))) {
            for (int round = 0; round < ROUNDS; round++) {
                playRound(server, round);
                StateStorage storage = (round % 2 == 0 ? lettuce : jedis).stateStorage();
                Calls.untilItReads(storage, DeadlineWriter.key(0));
                awaitEnds();
                assertThat(violations(server, storage)).isEmpty();
                assertThat(foundDue(storage)).isEqualTo(due(server, storage));
                lost += loseAndMend(server, storage, new Random(round));
            }
        }
        System.out.println(String.format(
                Locale.ROOT,
                "[soak] %,d writes, %,d failed, %,d deferrals, %d restarts from an older snapshot, %,d entries lost and"
                        + " mended",
                done.get(),
                failed.get(),
                deferred.get(),
                ROUNDS,
                lost));
        assertThat(done.get()).isGreaterThanOrEqualTo(OPERATIONS / 2);
        assertThat(deferred).hasPositiveValue();
    }

    private void playRound(RedisServerProcess server, int round) throws Exception {
        List<Process> writers = new ArrayList<>();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(DeadlineWriter.CLIENTS.size());
        long before = done.get() + failed.get();
        int each = OPERATIONS / ROUNDS / DeadlineWriter.CLIENTS.size();
        try {
            for (String client : DeadlineWriter.CLIENTS) {
                Process writer = JavaProgram.of(
                                DeadlineWriter.class,
                                server.uri(0),
                                client,
                                Integer.toString(round),
                                Integer.toString(each),
                                begun.toString())
                        .start();
                writers.add(writer);
                readers.add(CompletableFuture.runAsync(() -> count(writer, ready)));
            }
            assertThat(ready.await(1, TimeUnit.MINUTES))
                    .as("both are connected")
                    .isTrue();
            for (Process writer : writers) {
                writer.getOutputStream().write('\n');
                writer.getOutputStream().flush();
            }
            awaitDone(before + each / 2);
            try (RespConnection admin = server.connect()) {
                admin.call("SAVE");
            }
            awaitDone(before + each);
            server.kill();
            server.startAgain();
            for (CompletableFuture<Void> reader : readers) {
                reader.get(30, TimeUnit.MINUTES);
            }
            for (Process writer : writers) {
                assertThat(writer.waitFor()).isZero();
            }
        } finally {
            writers.forEach(Process::destroyForcibly);
        }
    }

    private void count(Process writer, CountDownLatch ready) {
        writer.inputReader(UTF_8).lines().forEach(line -> {
            Matcher batch = DeadlineWriter.BATCH.matcher(line);
            if (batch.matches()) {
                done.addAndGet(Long.parseLong(batch.group(1)));
                failed.addAndGet(Long.parseLong(batch.group(2)));
                deferred.addAndGet(Long.parseLong(batch.group(3)));
            } else if (line.equals(DeadlineWriter.READY)) {
                ready.countDown();
            } else {
                System.out.println("[writer] " + line);
            }
        });
    }

    private void awaitDone(long count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> done.get() + failed.get() >= count);
    }

    /** Then nothing changes any more. */
    private static void awaitEnds() {
        Instant last = Instant.now().plus(DeadlineWriter.SHORT_LIFE.multipliedBy(4));
        Awaitility.await().until(() -> Instant.now().isAfter(last));
    }

    private static Map<StorageKey, Snapshot> conversations(StateStorage storage) {
        Map<StorageKey, Snapshot> all = new HashMap<>();
        try (Stream<FoundConversation> found =
                storage.extension(ConversationCatalog.class).orElseThrow().find(ConversationFilter.all())) {
            found.forEach(each -> all.put(each.key(), each.snapshot()));
        }
        return all;
    }

    /** The places of all entries, by their text. */
    private static Map<String, Long> entries(RespConnection admin) {
        Map<String, Long> entries = new HashMap<>();
        for (Object index : (List<?>) requireNonNull(admin.call("KEYS", "fsm:due:*"))) {
            List<?> flat = (List<?>) requireNonNull(admin.call("ZRANGE", text(index), "0", "-1", "WITHSCORES"));
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                entries.put(text(flat.get(i)), Long.valueOf(text(flat.get(i + 1))));
            }
        }
        return entries;
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }

    /** Deadlines without an entry, or with one that is too late and no deferral. */
    private List<String> violations(RedisServerProcess server, StateStorage storage) {
        List<String> violations = new ArrayList<>();
        try (RespConnection admin = server.connect()) {
            Map<String, Long> entries = entries(admin);
            conversations(storage)
                    .forEach((key, snapshot) -> snapshot.deadline().ifPresent(deadline -> {
                        Optional<Instant> place = Optional.ofNullable(entries.get(key.toText()))
                                .map(unit -> Instant.ofEpochMilli(unit * 10));
                        boolean mayBeDeferred = deadline.isBefore(begun);
                        Instant latest =
                                mayBeDeferred ? Instant.now().plus(DeadlineWriter.HOUR.multipliedBy(2)) : deadline;
                        if (place.isEmpty() || place.get().isAfter(latest)) {
                            violations.add(key + " is due at " + deadline + ", and its entry is at " + place);
                        }
                    }));
        }
        return violations;
    }

    private static Set<StorageKey> foundDue(StateStorage storage) {
        DeadlineQueue queue = storage.extension(DeadlineQueue.class).orElseThrow();
        Set<StorageKey> found = new HashSet<>();
        for (int bot = 0; bot < 2; bot++) {
            queue.due(bot, DeadlineQueue.MAX_LIMIT).forEach(due -> found.add(due.key()));
        }
        return found;
    }

    /** By what conversations say, without those that are deferred. */
    private Set<StorageKey> due(RedisServerProcess server, StateStorage storage) {
        Set<StorageKey> due = new HashSet<>();
        try (RespConnection admin = server.connect()) {
            Map<String, Long> entries = entries(admin);
            conversations(storage).forEach((key, snapshot) -> {
                boolean isPast = snapshot.deadline().filter(begun::isAfter).isPresent();
                long place = entries.getOrDefault(key.toText(), 0L);
                if (isPast && place * 10 <= Instant.now().toEpochMilli()) {
                    due.add(key);
                }
            });
        }
        return due;
    }

    private int loseAndMend(RedisServerProcess server, StateStorage storage, Random random) {
        DeadlineQueue queue = storage.extension(DeadlineQueue.class).orElseThrow();
        Set<String> dueSometime =
                new HashSet<>(); // without conversations that ended just now, whose entries are kept for a minute
        conversations(storage).forEach((key, snapshot) -> {
            if (snapshot.deadline().isPresent()) {
                dueSometime.add(key.toText());
            }
        });
        int lost = 0;
        try (RespConnection admin = server.connect()) {
            for (Object index : (List<?>) requireNonNull(admin.call("KEYS", "fsm:due:*"))) {
                if (random.nextInt(5) == 0) {
                    lost += (int) ((List<?>) requireNonNull(admin.call("ZRANGE", text(index), "0", "-1")))
                            .stream()
                                    .map(DeadlineSoakTest::text)
                                    .filter(dueSometime::contains)
                                    .count();
                    admin.call("DEL", text(index));
                }
            }
        }
        MendReport report = queue.mend(ConversationFilter.all());
        assertThat(report.added()).isEqualTo(lost);
        assertThat(violations(server, storage)).isEmpty();
        return lost;
    }
}
