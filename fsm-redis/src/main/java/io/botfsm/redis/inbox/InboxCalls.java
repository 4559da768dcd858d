package io.botfsm.redis.inbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.catalog.CatalogCalls;
import io.botfsm.redis.internal.CallFailures;
import io.botfsm.redis.internal.Script;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Runs the scripts of inboxes, and waits for them. Thread-safe. */
final class InboxCalls {
    private static final Script ADD = load("inbox-add.lua");
    private static final Script LIST = load("inbox-list.lua");
    private static final Script REMOVE = load("inbox-remove.lua");
    private static final Script BURY = load("inbox-bury.lua");
    private static final Script TAKE = load("inbox-take.lua");
    private static final Script COUNT = load("inbox-count.lua");
    private static final Script PROBE = load("inbox-probe.lua");

    /** More would block the server, and thus other calls, for longer. */
    private static final int BYTES_PER_PAGE = 1 << 20;

    private final InboxKeys keys;
    private final ScriptCalls reads;
    private final InboxWrites writes;
    private final ScriptCalls durable;
    private final CatalogCalls calls;
    private final CallFailures failures;
    private volatile boolean permitted;

    InboxCalls(RedisPort port, InboxWrites writes, Duration timeout, InboxKeys keys) {
        this.keys = keys;
        this.writes = writes;
        this.reads = new ScriptCalls(port, timeout);
        this.durable = new ScriptCalls(writes.scripts(), timeout);
        this.calls = new CatalogCalls(timeout);
        this.failures = new CallFailures(timeout);
    }

    private static Script load(String name) {
        return Script.read(InboxCalls.class.getResourceAsStream(name));
    }

    /** A part of a list: positions, and the record at each. */
    record Page(List<Long> positions, List<byte[]> records, boolean isMore) {}

    /** Throws if the user lacks a permission, naming the permission. Checked until it succeeds. */
    void requirePermission() {
        if (permitted) {
            return;
        }
        List<Object> reply = run(PROBE, keys.unused("" + UUID.randomUUID()), List.of(), false);
        if (reply.size() == 2 && reply.get(0) instanceof byte[] command && reply.get(1) instanceof byte[] error) {
            throw failures.ofCommand(
                    new String(command, UTF_8), RedisPortException.ofServerError(new String(error, UTF_8)));
        }
        permitted = true;
    }

    /** Returns the reply of a script that changes an inbox, without the confirmation; throws if that is missing. */
    List<Object> confirmed(List<Object> reply) {
        return writes.confirmed().apply(reply);
    }

    List<Object> add(String bot, List<byte[]> arguments) {
        return run(ADD, keysOfWaiting(bot), arguments, true);
    }

    List<Object> remove(String bot, List<byte[]> arguments) {
        return run(REMOVE, keysOfWaiting(bot), arguments, true);
    }

    List<Object> bury(String bot, List<byte[]> arguments) {
        return run(BURY, allKeys(bot), arguments, true);
    }

    /** Removes a dead letter. Returns whether there was one. */
    boolean take(String bot, long position, String what) {
        List<byte[]> arguments = List.of(ascii("" + position), ascii(what));
        return confirmed(run(TAKE, allKeys(bot), arguments, true)).get(0).equals(1L);
    }

    List<Object> counts(String bot) {
        return run(
                COUNT,
                List.of(keys.inbox(bot), keys.waiting(bot), keys.updates(bot), keys.dead(bot)),
                List.of(),
                false);
    }

    Page waiting(String bot, long after, int limit) {
        return page(List.of(keys.waiting(bot), keys.updates(bot)), after, limit);
    }

    Page dead(String bot, long after, int limit) {
        return page(List.of(keys.dead(bot), keys.letters(bot)), after, limit);
    }

    private Page page(List<byte[]> list, long after, int limit) {
        List<byte[]> arguments = List.of(ascii("" + after), ascii("" + limit), ascii("" + BYTES_PER_PAGE));
        List<Object> reply = run(LIST, list, arguments, false);
        List<Long> positions = new ArrayList<>();
        List<byte[]> records = new ArrayList<>();
        for (int i = 1; i + 1 < reply.size(); i += 2) {
            positions.add((long) Double.parseDouble(new String((byte[]) reply.get(i), US_ASCII)));
            records.add((byte[]) reply.get(i + 1));
        }
        return new Page(positions, records, reply.get(0).equals(1L));
    }

    private List<byte[]> keysOfWaiting(String bot) {
        return List.of(keys.inbox(bot), keys.waiting(bot), keys.updates(bot));
    }

    private List<byte[]> allKeys(String bot) {
        return List.of(keys.inbox(bot), keys.waiting(bot), keys.updates(bot), keys.dead(bot), keys.letters(bot));
    }

    private List<Object> run(Script script, List<byte[]> scriptKeys, List<byte[]> arguments, boolean isWriting) {
        CompletableFuture<List<Object>> reply = (isWriting ? durable : reads)
                .call(script, scriptKeys, arguments, (result, flat, failure) -> {
                    if (flat == null) {
                        result.completeExceptionally(
                                failure == null ? RedisPortException.outcomeUnknown(null) : failure);
                    } else {
                        result.complete(flat);
                    }
                });
        return calls.await("EVALSHA", isWriting, reply);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
