package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.botfsm.redis.deadline.DeadlineKeys;
import io.botfsm.redis.internal.KeyScheme;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.EventId;
import io.botfsm.storage.EventSourceLimitException;
import io.botfsm.storage.EventWindow;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.WriteContext;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code write.lua} against {@link StoredConversation#apply}: the same random writes to both, and after each the same
 * reply, the same fields byte for byte, and the right time to live. Repeat a failure with {@code -Dbotfsm.seed=…}.
 */
@Timeout(600)
class OracleTest {
    private static final int WRITES = Boolean.getBoolean("botfsm.proof") ? 500_000 : 40_000;
    private static final Duration STANDARD_TTL = Duration.ofHours(5);
    private static final Duration TOMBSTONE_TTL = Duration.ofHours(7);
    private static final List<String> ATTRIBUTES = List.of("a", "s", "type-version", "x");
    private static final List<String> NAMES = List.of("", "a", "b", "s", "v", ":", "f", "имя", "e", "long name");
    private static final List<String> SOURCES = IntStream.rangeClosed(0, EventWindow.MAX_SOURCES)
            .mapToObj(i -> "source-" + i)
            .toList();
    private static final List<String> STATES = List.of("A", "B", "", "-", "=A", "два слова", "Group:NAME");

    private final long seed = Long.getLong("botfsm.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final String bot = "oracle-" + UUID.randomUUID();
    private Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private RespConnection redis;

    @BeforeEach
    void connect() {
        redis = RedisServers.shared().connect();
        redis.call("SELECT", "2");
    }

    @AfterEach
    void disconnect() {
        redis.call("FLUSHDB");
        redis.close();
    }

    @Test
    void scriptDecidesLikeTheModel() throws Exception {
        System.out.println("[seed] OracleTest: -Dbotfsm.seed=" + seed);
        Map<String, Integer> seen = new HashMap<>();
        int writes = 0;
        for (int chat = 0; writes < WRITES; chat++) {
            boolean standardTtl = random.nextBoolean();
            writes += compare(StorageKey.bot(bot).chat(chat).user(1).build(), standardTtl, seen);
        }
        System.out.println("[oracle] " + WRITES + " writes: " + seen);
        assertThat(seen.keySet())
                .contains(
                        "Applied",
                        "Conflict",
                        "Duplicate",
                        "Fenced",
                        "gone",
                        "tombstone",
                        "live",
                        "other run",
                        "full ring",
                        "refused source",
                        "with an end",
                        "ended",
                        "attributes",
                        "deadline",
                        "carried over");
        assertThat(seen.values()).allMatch(count -> count > WRITES / 1_000);
    }

    private int compare(StorageKey key, boolean standardTtl, Map<String, Integer> seen) throws Exception {
        RedisStorageOptions.Builder options = RedisStorageOptions.builder().tombstoneTtl(TOMBSTONE_TTL);
        if (standardTtl) {
            options.ttl(STANDARD_TTL);
        }
        RedisStateStorage storage =
                new RedisStateStorage(new SocketPort(redis), Duration.ofSeconds(30), options.build(), () -> now);
        byte[] hash = new KeyScheme(RedisStorageOptions.DEFAULT_KEY_PREFIX).key(key);
        StoredConversation model = StoredConversation.none();
        List<String> sources =
                random.nextBoolean() ? List.of() : one(List.of(List.of(""), List.of("", "payments"), SOURCES));
        long anchor = random.nextInt(4) == 0 ? random.nextInt(600) : random.nextLong(EventId.MAX_COUNTED - 2_000);
        long previousPttl = -2;
        Optional<Long> place = Optional.empty();
        int writes = sources.isEmpty() ? 50 : 200; // enough to fill all chunks
        for (int i = 0; i < writes; i++) {
            if (random.nextInt(25) == 0) {
                anchor = random.nextLong(EventId.MAX_COUNTED); // the messenger continues with other ids
            }
            letTimePass();
            Mutation mutation = mutation(model, anchor, sources);
            Outcome outcome;
            try {
                outcome = get(storage.write(key, mutation));
            } catch (ExecutionException e) {
                refused(model, mutation, context(key, standardTtl, 0), e.getCause());
                seen.merge("refused source", 1, Integer::sum);
                continue;
            }
            long born = outcome instanceof Applied applied && model.isGone() ? applied.version() : 0;
            StoredConversation.Step step = model.apply(mutation, context(key, standardTtl, born));
            String where =
                    String.format(Locale.ROOT, "seed %d, write %d of %s: %s on %s", seed, i, key, mutation, model);

            assertThat(outcome).as(where).isEqualTo(step.outcome());
            if (born != 0) {
                assertThat(Math.abs(born - System.currentTimeMillis() * 1_000))
                        .as(where)
                        .isLessThan(Duration.ofMinutes(1).toNanos() / 1_000);
            }
            assertThat(fields(redis.hash(hash))).as(where).isEqualTo(fields(step.next()));
            assertThat(get(storage.read(key))).as(where).isEqualTo(step.next().snapshot(now));
            long pttl = pttl(hash);
            checkTtl(where, step, previousPttl, pttl);
            place = checkEntry(where, key, mutation, step, place);

            previousPttl = pttl;
            model = step.next();
            count(seen, outcome, step.next());
            if (mutation.since().isPresent() && outcome instanceof Applied) {
                seen.merge("carried over", 1, Integer::sum);
            }
        }
        return writes;
    }

    /** Mostly forward, sometimes past the end of a conversation, sometimes back. */
    private void letTimePass() {
        now = switch (random.nextInt(20)) {
            case 0 -> now.plus(Duration.ofHours(random.nextInt(8)));
            case 1 -> now.minusMillis(random.nextInt(5_000));
            case 2 -> now;
            default -> now.plusMillis(random.nextInt(600_000));
        };
    }

    private WriteContext context(StorageKey key, boolean standardTtl, long born) {
        return WriteContext.at(key, now)
                .firstVersion(born)
                .ttl(standardTtl ? Optional.of(STANDARD_TTL) : Optional.empty())
                .tombstoneTtl(TOMBSTONE_TTL)
                .build();
    }

    private static void refused(StoredConversation model, Mutation mutation, WriteContext context, Throwable failure) {
        assertThat(failure).isInstanceOf(EventSourceLimitException.class);
        assertThatExceptionOfType(EventSourceLimitException.class).isThrownBy(() -> model.apply(mutation, context));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void count(Map<String, Integer> seen, Outcome outcome, StoredConversation model) {
        seen.merge(outcome.getClass().getSimpleName(), 1, Integer::sum);
        seen.merge(model.isGone() ? "gone" : model.isTombstone() ? "tombstone" : "live", 1, Integer::sum);
        if (model.end().isPresent()) {
            seen.merge(model.snapshot(now).hasEnded() ? "ended" : "with an end", 1, Integer::sum);
        }
        if (!model.attributes().isEmpty()) {
            seen.merge("attributes", 1, Integer::sum);
        }
        if (model.deadline().isPresent()) {
            seen.merge("deadline", 1, Integer::sum);
        }
        if (model.events().other().length > 0) {
            seen.merge("other run", 1, Integer::sum);
        }
        if (model.events().sources().stream()
                .anyMatch(source -> model.events().ring(source).size() == 8)) {
            seen.merge("full ring", 1, Integer::sum);
        }
    }

    private Mutation mutation(StoredConversation model, long anchor, List<String> sources) {
        Mutation.Builder m = Mutation.builder();
        int change = random.nextInt(5);
        switch (change) {
            case 0, 1 -> m.state(one(STATES));
            case 2 -> m.clearState();
            default -> {}
        }
        data(m);
        attributes(m);
        if (change <= 2 && random.nextInt(4) == 0) {
            m.since(now.minusMillis(random.nextInt(2_000_000) - 100_000));
        }
        switch (random.nextInt(6)) {
            case 0 -> m.deadline(now.plusMillis(random.nextInt(1_000_000)));
            case 1 -> m.clearDeadline();
            default -> {}
        }
        if (random.nextInt(3) == 0) {
            m.eventId(eventId(model, anchor));
        } else if (!sources.isEmpty() && random.nextInt(5) != 0) {
            m.eventId(text(sources));
        }
        if (random.nextInt(6) == 0) {
            m.fencingToken(fence(model));
        }
        if (random.nextInt(6) == 0) {
            m.expectVersion(random.nextInt(4) == 0 ? Math.max(0, model.version() - 1) : model.version());
        }
        if (random.nextInt(12) == 0) {
            m.confirmEvent(
                    sources.isEmpty() || random.nextBoolean() ? EventId.of(eventId(model, anchor)) : text(sources));
        }
        switch (random.nextInt(12)) {
            case 0 -> m.expectNoState();
            case 1 -> m.expectState(one(STATES));
            case 2, 3 -> model.state().ifPresentOrElse(m::expectState, m::expectNoState);
            default -> {}
        }
        switch (random.nextInt(8)) {
            case 0 -> m.ttl(Duration.ofMinutes(1 + random.nextInt(60)));
            case 1 -> m.persist();
            default -> {}
        }
        return m.build();
    }

    private void data(Mutation.Builder m) {
        switch (random.nextInt(6)) {
            case 0 -> m.replaceData(Map.of());
            case 1 -> m.replaceData(entries(random.nextInt(4)));
            case 2, 3 -> {
                Map<String, String> puts = entries(random.nextInt(4));
                puts.forEach(m::put);
                NAMES.stream()
                        .filter(name -> !puts.containsKey(name) && random.nextInt(3) == 0)
                        .forEach(m::remove);
            }
            case 4 -> NAMES.forEach(m::remove);
            default -> {}
        }
    }

    private void attributes(Mutation.Builder m) {
        if (random.nextInt(3) == 0) {
            for (String name : ATTRIBUTES) {
                switch (random.nextInt(4)) {
                    case 0 -> m.attribute(name, one(List.of("", "1", "история")));
                    case 1 -> m.removeAttribute(name);
                    default -> {}
                }
            }
        }
    }

    private Map<String, String> entries(int count) {
        Map<String, String> entries = new HashMap<>();
        for (int i = 0; i < count; i++) {
            entries.put(one(NAMES), one(List.of("1", "\"\"", "", "{\"a\":[1]}", "\"\\u0000 😀\"", "\u0000")));
        }
        return entries;
    }

    /** Returns an id that may occur again. */
    private EventId text(List<String> sources) {
        String source = one(sources);
        String id = "id " + random.nextInt(400);
        return source.isEmpty() ? EventId.of(id) : EventId.of(source, id);
    }

    /** Near the edges of the window: 256 and 264 ids, borders of blocks, the other run, far jumps. */
    private long eventId(StoredConversation model, long anchor) {
        long highest = newest(model.events().latest());
        long other = newest(model.events().other());
        long id = switch (random.nextInt(10)) {
            case 0 -> anchor + random.nextInt(600);
            case 1 -> highest + random.nextInt(20) - 4;
            case 2 -> highest - 256 + random.nextInt(17) - 8;
            case 3 -> highest - 264 + random.nextInt(17) - 8;
            case 4 -> highest + 256 + random.nextInt(33) - 16;
            case 5 -> highest / 8 * 8 + random.nextInt(3) - 1;
            case 6 -> other + random.nextInt(540) - 270;
            case 7 -> other - 256 + random.nextInt(33) - 16;
            case 8 -> highest - 5_000 + random.nextInt(300);
            default -> highest + random.nextInt(3);
        };
        return Math.floorMod(id, EventId.MAX_COUNTED + 1);
    }

    private static long newest(byte[] run) {
        long head = 0;
        for (int i = 0; i < Math.min(7, run.length); i++) {
            head = (head << 8) | (run[i] & 0xff);
        }
        return head * 8 + 7;
    }

    private long fence(StoredConversation model) {
        long near = model.fencingToken() + random.nextInt(4) - 1;
        return near < 1 ? 1 : Math.min(Mutation.MAX_FENCE, random.nextInt(50) == 0 ? Mutation.MAX_FENCE : near);
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private long pttl(byte[] hash) {
        return redis.call("PTTL".getBytes(UTF_8), hash) instanceof Long millis ? millis : Long.MIN_VALUE;
    }

    /**
     * Checks the entry in the index of deadlines, in hundredths of a second: a write that sets a deadline moves the
     * entry only to an earlier time, one that clears the deadline removes it, and others leave it alone.
     */
    private Optional<Long> checkEntry(
            String where, StorageKey key, Mutation mutation, StoredConversation.Step step, Optional<Long> before) {
        Optional<Long> expected = before;
        if (step.outcome() instanceof Applied && mutation.changesDeadline()) {
            Optional<Long> set = step.next().deadline().map(due -> due.toEpochMilli() / 10);
            expected = set.map(due -> Math.min(due, before.orElse(due)));
        }
        byte[] index = new DeadlineKeys(RedisStorageOptions.DEFAULT_KEY_PREFIX)
                .conversationAndIndex(key)
                .get(1);
        Object place = redis.call("ZSCORE".getBytes(UTF_8), index, key.toText().getBytes(UTF_8));
        Optional<Long> actual = Optional.ofNullable((byte[]) place).map(text -> Long.valueOf(new String(text, UTF_8)));
        assertThat(actual).as(where).isEqualTo(expected);
        return actual;
    }

    private static void checkTtl(String where, StoredConversation.Step step, long before, long pttl) {
        if (step.next().isGone()) {
            assertThat(pttl).as(where).isEqualTo(-2);
            return;
        }
        if (!(step.outcome() instanceof Applied)) {
            assertThat(pttl)
                    .as(where)
                    .isLessThanOrEqualTo(before)
                    .isGreaterThan(before < 0 ? before - 1 : before - 60_000);
            return;
        }
        Optional<Duration> ttl = step.timeToLive();
        if (ttl.isEmpty()) {
            assertThat(pttl).as(where).isEqualTo(-1);
        } else {
            assertThat(pttl)
                    .as(where)
                    .isBetween(ttl.get().toMillis() - 30_000, ttl.get().toMillis());
        }
    }

    private static List<String> fields(Map<String, byte[]> hash) {
        List<String> fields = new ArrayList<>();
        hash.forEach((name, value) -> fields.add(field(name, value)));
        fields.sort(null);
        return fields;
    }

    private static List<String> fields(StoredConversation model) {
        List<String> fields = new ArrayList<>();
        if (!model.isGone()) {
            fields.add(field("v", head(model)));
            model.end().ifPresent(end -> fields.add(field("x", bytes(end.toEpochMilli(), 6))));
            model.attributes().forEach((name, text) -> fields.add(field("@" + name, text.getBytes(UTF_8))));
            model.state().ifPresent(state -> fields.add(field("s", state.getBytes(UTF_8))));
            if (model.fencingToken() > 0) {
                fields.add(field("f", Long.toString(model.fencingToken()).getBytes(UTF_8)));
            }
            if (model.events().other().length > 0) {
                fields.add(field("o", model.events().other()));
            }
            for (String source : model.events().sources()) {
                List<byte[]> chunks = model.events().ring(source);
                for (int i = 0; i < chunks.size(); i++) {
                    fields.add(field("e" + i + source, chunks.get(i)));
                }
            }
            model.data().forEach((name, json) -> fields.add(field(":" + name, json.getBytes(UTF_8))));
        }
        fields.sort(null);
        return fields;
    }

    private static byte[] head(StoredConversation model) {
        byte[] run = model.events().latest();
        Instant touched = model.touched().orElseThrow();
        long age = Duration.between(model.since().orElseThrow(), touched).toMillis();
        long deadline = model.deadline().map(due -> due.toEpochMilli() / 10).orElse(0L);
        return ByteBuffer.allocate(23 + run.length)
                .put(bytes(model.version(), 7))
                .put(bytes((1L << 44) + touched.toEpochMilli(), 6))
                .put(bytes(age, 5))
                .put(bytes(deadline + (model.end().isPresent() ? 1L << 39 : 0), 5))
                .put(run)
                .array();
    }

    private static byte[] bytes(long number, int length) {
        byte[] all = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        return Arrays.copyOfRange(all, all.length - length, all.length);
    }

    private static String field(String name, byte[] value) {
        return name + " = " + HexFormat.of().formatHex(value);
    }
}
