package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.catalog.CatalogCalls;
import io.botfsm.redis.internal.CallFailures;
import io.botfsm.redis.internal.Script;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DueConversation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Runs the scripts of the queue of deadlines, and waits for them. Thread-safe. */
final class DeadlineCalls {
    private static final Script LIST = load("deadlines-list.lua");
    private static final Script CHECK = load("deadline-check.lua");
    private static final Script DEFER = load("deadline-defer.lua");
    private static final Script PROBE = load("deadline-probe.lua");

    /** The number of indexes per call; more would block a server, or other calls, for longer. */
    private static final int INDEXES_PER_CALL = 1_024;

    /** In the order in which {@code deadline-check.lua} numbers them. */
    private static final List<Verdict> VERDICTS = List.of(Verdict.values());

    /** In place of a reply: the server does not have all indexes of the call. */
    private static final List<Object> ELSEWHERE = List.of("elsewhere");

    private static final String ANY_TIME = "+inf";
    private static final int MILLIS_PER_UNIT = 10;
    private static final Duration AHEAD_IF_UNREADABLE = Duration.ofMinutes(1);

    private final RedisPort port;
    private final DeadlineKeys keys;
    private final ScriptCalls scripts;
    private final CatalogCalls calls;
    private final CallFailures failures;
    private volatile boolean permitted;

    DeadlineCalls(RedisPort port, Duration timeout, DeadlineKeys keys, CatalogCalls calls) {
        this.port = port;
        this.keys = keys;
        this.calls = calls;
        this.scripts = new ScriptCalls(port, timeout);
        this.failures = new CallFailures(timeout);
    }

    private static Script load(String name) {
        return Script.read(DeadlineCalls.class.getResourceAsStream(name));
    }

    /** The result of comparing an entry with its conversation. */
    enum Verdict {
        DUE,
        RIGHT,
        ADDED,
        LATE,
        WITHOUT_DEADLINE,
        EARLY,
        UNREADABLE,
        /** Conversation and index are on two nodes until their slot has moved; the script does not return this. */
        UNREACHABLE
    }

    /**
     * The result of a comparison.
     *
     * @param version the version of a conversation that is due; like deadline and place, meaningless otherwise
     */
    record Checked(Verdict verdict, long version, Instant deadline, Instant place) {
        private static Checked of(List<Object> reply) {
            Verdict verdict = VERDICTS.get(((Long) reply.get(0)).intValue());
            if (verdict != Verdict.DUE) {
                return new Checked(verdict, 0, Instant.EPOCH, Instant.EPOCH);
            }
            long version = 0;
            for (byte b : (byte[]) reply.get(1)) {
                version = (version << 8) | (b & 0xff);
            }
            return new Checked(verdict, version, time((Long) reply.get(2)), time((Long) reply.get(3)));
        }

        private static Instant time(long units) {
            return Instant.ofEpochMilli(units * MILLIS_PER_UNIT);
        }
    }

    /** Throws if the user lacks a permission, naming the permission. Checked until it succeeds. */
    void requirePermission() {
        if (permitted) {
            return;
        }
        List<Object> reply =
                calls.await("EVALSHA", run(PROBE, List.of(keys.unused("" + UUID.randomUUID())), List.of()));
        if (reply.size() == 2 && reply.get(0) instanceof byte[] command && reply.get(1) instanceof byte[] error) {
            throw failures.ofCommand(
                    new String(command, UTF_8), RedisPortException.ofServerError(new String(error, UTF_8)));
        }
        permitted = true;
    }

    /** Returns a page of the entries of each index, ordered by place. */
    List<QueuedEntry> page(List<byte[]> indexes, int offset, int count) {
        List<QueuedEntry> entries = new ArrayList<>();
        List<byte[]> arguments = List.of(ascii(ANY_TIME), ascii("" + offset), ascii("" + count), ascii(""));
        batches(indexes).forEach(batch -> list(indexes, batch, arguments, entries));
        return entries;
    }

    /**
     * Returns the entries with the earliest places of all indexes, in that order, up to a time. The calls are made one
     * after another, so that each lists only entries that are earlier than those already found.
     */
    List<QueuedEntry> earliest(List<byte[]> indexes, Instant now, int most) {
        TreeSet<QueuedEntry> earliest = new TreeSet<>(QueuedEntry.ORDER);
        byte[] latest = units(now);
        for (List<Integer> batch : batches(indexes)) {
            list(indexes, batch, List.of(latest, ascii("0"), ascii("" + most), ascii("" + most)), earliest);
            while (earliest.size() > most) {
                earliest.pollLast();
            }
            if (earliest.size() == most) {
                latest = ascii("(" + earliest.last().place());
            }
        }
        return List.copyOf(earliest);
    }

    /** Returns the numbers of the indexes in groups for one call each: the indexes of a call are on one server. */
    private List<List<Integer>> batches(List<byte[]> indexes) {
        IdentityHashMap<RedisPort, List<Integer>> byServer = new IdentityHashMap<>();
        for (int i = 0; i < indexes.size(); i++) {
            byServer.computeIfAbsent(port.at(indexes.get(i)), server -> new ArrayList<>())
                    .add(i);
        }
        List<List<Integer>> batches = new ArrayList<>();
        for (List<Integer> numbers : byServer.values()) {
            for (int from = 0; from < numbers.size(); from += INDEXES_PER_CALL) {
                batches.add(numbers.subList(from, Math.min(numbers.size(), from + INDEXES_PER_CALL)));
            }
        }
        return batches;
    }

    /** Lists each index separately if the server no longer has all of them, such as while slots are moving. */
    private void list(
            List<byte[]> indexes, List<Integer> batch, List<byte[]> arguments, Collection<QueuedEntry> entries) {
        List<Object> reply = calls.await("ZRANGEBYSCORE", list(indexes, batch, arguments));
        if (reply.equals(ELSEWHERE)) {
            List<CompletableFuture<List<Object>>> replies = batch.stream()
                    .map(number -> list(indexes, List.of(number), arguments))
                    .toList();
            for (int i = 0; i < batch.size(); i++) {
                addTo(entries, batch.subList(i, i + 1), calls.await("ZRANGEBYSCORE", replies.get(i)));
            }
        } else {
            addTo(entries, batch, reply);
        }
    }

    private CompletableFuture<List<Object>> list(List<byte[]> indexes, List<Integer> batch, List<byte[]> arguments) {
        List<byte[]> all = new ArrayList<>(arguments);
        batch.forEach(number -> all.add(indexes.get(number)));
        List<byte[]> firstIndex = List.of(indexes.get(batch.get(0)));
        return scripts.call(LIST, firstIndex, all, (result, reply, failure) -> {
            if (batch.size() > 1 && isAnsweredByServer(failure)) {
                result.complete(ELSEWHERE);
            } else {
                complete(result, reply, failure);
            }
        });
    }

    /**
     * Whether the server responded with an error, such as that of a command in the script if it does not have all keys.
     */
    private static boolean isAnsweredByServer(@Nullable Throwable failure) {
        return failure instanceof RedisPortException known && !known.code().isEmpty();
    }

    private static void addTo(Collection<QueuedEntry> entries, List<Integer> batch, List<Object> flat) {
        for (int k = 0; k + 2 < flat.size(); k += 3) {
            int number = batch.get(((Long) flat.get(k)).intValue() - 1);
            entries.add(QueuedEntry.of(number, flat.get(k + 1), flat.get(k + 2)));
        }
    }

    /**
     * Compares entries with their conversations, and corrects them.
     *
     * @param now the time by the storage's clock
     * @param postpones whether entries of unreadable records are moved to a later time, so that they do not hide others
     */
    List<Checked> check(List<StorageKey> conversations, Instant now, Duration maxDeferral, boolean postpones) {
        byte[] time = ascii("" + now.toEpochMilli());
        byte[] latest = units(now.plus(maxDeferral).plusMillis(MILLIS_PER_UNIT));
        byte[] ahead = postpones ? units(now.plus(AHEAD_IF_UNREADABLE)) : new byte[0];
        List<CompletableFuture<List<Object>>> replies = conversations.stream()
                .map(key -> check(keys.conversationAndIndex(key), List.of(entry(key), time, latest, ahead)))
                .toList();
        return replies.stream()
                .map(reply -> Checked.of(calls.await("EVALSHA", reply)))
                .toList();
    }

    /**
     * Puts aside an entry that belongs to no conversation of its index.
     *
     * @param postpones whether the entry is moved to a later time, so that it does not hide others; otherwise it is
     *     removed
     */
    Checked putAside(byte[] index, QueuedEntry stray, Instant now, boolean postpones) {
        byte[] ahead = postpones ? units(now.plus(AHEAD_IF_UNREADABLE)) : new byte[0];
        byte[] conversation = postpones ? index : keys.unusedKeyBeside(index); // not a record, or no key at all
        List<byte[]> arguments = List.of(stray.text(), ascii("" + now.toEpochMilli()), units(now), ahead);
        return Checked.of(calls.await("EVALSHA", check(List.of(conversation, index), arguments)));
    }

    private CompletableFuture<List<Object>> check(List<byte[]> scriptKeys, List<byte[]> arguments) {
        return scripts.call(CHECK, scriptKeys, arguments, (result, reply, failure) -> {
            if (isBetweenNodes(failure)) {
                result.complete(List.of((long) VERDICTS.indexOf(Verdict.UNREACHABLE)));
            } else {
                complete(result, reply, failure);
            }
        });
    }

    /**
     * Whether nodes redirected a command back and forth until its timeout, since the slot of its keys is being moved.
     */
    private static boolean isBetweenNodes(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause instanceof RedisPortException known; cause = cause.getCause()) {
            if (known.code().equals("TRYAGAIN") || known.code().equals("ASK")) {
                return true;
            }
        }
        return false;
    }

    /** Moves the entries whose place has not changed. Returns for each whether it was moved. */
    List<Boolean> defer(List<DueConversation> due, Instant now, Instant until) {
        List<CompletableFuture<Boolean>> replies =
                due.stream().map(each -> defer(each, now, until)).toList();
        return replies.stream().map(reply -> calls.await("EVALSHA", reply)).toList();
    }

    private CompletableFuture<Boolean> defer(DueConversation due, Instant now, Instant until) {
        List<byte[]> arguments = List.of(
                entry(due.key()),
                ascii("" + now.toEpochMilli()),
                units(due.deadline()),
                units(due.queuedAt()),
                units(until));
        return scripts.call(DEFER, keys.conversationAndIndex(due.key()), arguments, (result, reply, failure) -> {
            if (reply == null) {
                result.completeExceptionally(failures.of(due.key(), true, failure));
            } else {
                result.complete(reply.get(0).equals(1L));
            }
        });
    }

    private CompletableFuture<List<Object>> run(Script script, List<byte[]> scriptKeys, List<byte[]> arguments) {
        return scripts.call(script, scriptKeys, arguments, DeadlineCalls::complete);
    }

    private static void complete(
            CompletableFuture<List<Object>> result, @Nullable List<Object> reply, @Nullable Throwable failure) {
        if (reply == null) {
            result.completeExceptionally(failure == null ? RedisPortException.outcomeUnknown(null) : failure);
        } else {
            result.complete(reply);
        }
    }

    private static byte[] entry(StorageKey key) {
        return key.toText().getBytes(UTF_8);
    }

    /** Returns a time in the unit of indexes. */
    private static byte[] units(Instant time) {
        return ascii("" + time.toEpochMilli() / MILLIS_PER_UNIT);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
