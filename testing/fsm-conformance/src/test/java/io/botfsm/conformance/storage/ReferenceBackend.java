package io.botfsm.conformance.storage;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * The simplest backend that keeps every rule. Its steps are fields, and a fault is another step in place of the honest
 * one.
 */
final class ReferenceBackend {
    record Kept(StoredConversation conversation, long endNanos) {}

    /** A write, as it is stored. */
    record Write(Kept record, Mutation mutation, Optional<Duration> ttl, Step step) {
        /** Whether what is stored now has an end of its own, or is only what outlived one. */
        boolean isOutlived() {
            return step.next().isTombstone() || step.next().end().isPresent();
        }
    }

    interface Decision {
        Step of(StoredConversation before, Mutation mutation, WriteContext context);
    }

    enum Connection {
        UP,
        DOWN,
        LOSES_ANSWERS
    }

    final Map<Object, Kept> kept = new ConcurrentHashMap<>();

    /** Places of conversations in the queue of deadlines. */
    final Map<StorageKey, Instant> queued = new ConcurrentHashMap<>();

    /** What waits to be handled, by bot. */
    final Map<String, ReferenceInbox.Bot> inboxes = new ConcurrentHashMap<>();

    /** Keys of records that cannot be read, as a catalog finds out. */
    final Set<StorageKey> spoilt = ConcurrentHashMap.newKeySet();

    final AtomicLong advanced = new AtomicLong();
    private final AtomicLong highestVersion = new AtomicLong();
    volatile Connection connection = Connection.UP;

    /** The time in nanoseconds. */
    LongSupplier now = advanced::get;

    Function<StorageKey, Object> address = key -> key;
    Decision decide = StoredConversation::apply;
    Function<StorageKey, Snapshot> read = this::honestRead;
    Function<Write, Kept> store = this::honestStore;
    BiConsumer<StorageKey, Write> follow = this::honestFollow;
    ToLongFunction<Write> end = this::honestEnd;
    LongSupplier nowMicros = this::honestNowMicros;
    LongSupplier records = this::honestRecords;
    Runnable restore = this::honestRestore;

    /** What is done to each storage that is opened. */
    Consumer<ReferenceStorage> opened = storage -> {};

    ReferenceStorage open(Optional<Duration> ttl, Duration deadline) {
        ReferenceStorage storage = new ReferenceStorage(this, ttl, deadline);
        opened.accept(storage);
        return storage;
    }

    /** A clock that stands still must not repeat versions: more than one write may come per microsecond. */
    private long honestNowMicros() {
        return Math.max(now.getAsLong() / 1_000, highestVersion.get() + 1);
    }

    Instant time() {
        return Instant.EPOCH.plusNanos(now.getAsLong());
    }

    boolean isOver(Kept record) {
        return record.endNanos <= now.getAsLong();
    }

    Snapshot honestRead(StorageKey key) {
        return load(kept.get(address.apply(key))).snapshot(time());
    }

    private StoredConversation load(Kept record) {
        return record == null || isOver(record) ? StoredConversation.none() : record.conversation;
    }

    Outcome write(StorageKey key, Mutation mutation, Optional<Duration> ttl) {
        AtomicReference<Outcome> outcome = new AtomicReference<>();
        kept.compute(address.apply(key), (address, record) -> {
            Write write = decided(key, record, mutation, ttl);
            outcome.set(write.step.outcome());
            follow.accept(key, write);
            return store.apply(write);
        });
        return outcome.get();
    }

    Write decided(StorageKey key, Kept record, Mutation mutation, Optional<Duration> ttl) {
        WriteContext context = WriteContext.at(key, time())
                .firstVersion(nowMicros.getAsLong())
                .ttl(ttl)
                .build();
        Step step = decide.of(load(record), mutation, context);
        highestVersion.accumulateAndGet(step.next().version() + 1, Math::max); // its end counts as a write
        return new Write(record, mutation, ttl, step);
    }

    Kept honestStore(Write write) {
        StoredConversation next = write.step.next();
        if (!(write.step.outcome() instanceof Applied)) {
            return write.record;
        }
        return next.isGone() ? null : new Kept(next, end.applyAsLong(write));
    }

    /** The queue follows a write, while its conversation is locked. */
    void honestFollow(StorageKey key, Write write) {
        if (!(write.step.outcome() instanceof Applied)) {
            return;
        }
        Optional<Instant> deadline = write.step.next().deadline();
        if (deadline.isEmpty()) {
            queued.remove(key);
        } else if (write.mutation.changesDeadline()) {
            queued.merge(key, deadline.get(), (one, other) -> one.isBefore(other) ? one : other);
        }
    }

    long honestEnd(Write write) {
        return endAfter(write.step.timeToLive());
    }

    long endAfter(Optional<Duration> life) {
        return life.map(limit -> now.getAsLong() + limit.toNanos()).orElse(Long.MAX_VALUE);
    }

    long honestRecords() {
        kept.values().removeIf(this::isOver);
        return kept.size() + queued.size() + inboxRecords();
    }

    long inboxRecords() {
        return inboxes.values().stream()
                .mapToLong(bot -> (long) bot.waiting.size() + bot.dead.size())
                .sum();
    }

    void honestRestore() {
        connection = Connection.UP;
    }
}
