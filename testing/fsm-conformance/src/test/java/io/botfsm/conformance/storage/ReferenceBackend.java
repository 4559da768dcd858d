package io.botfsm.conformance.storage;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The simplest backend that keeps every rule. The wrong ones override one method each. */
class ReferenceBackend {
    static final Duration TOMBSTONE_TTL = Duration.ofDays(2);

    record Kept(StoredConversation conversation, long endNanos) {}

    enum Connection {
        UP,
        DOWN,
        LOSES_ANSWERS
    }

    final Map<Object, Kept> kept = new ConcurrentHashMap<>();
    final AtomicLong highestVersion = new AtomicLong();
    volatile Connection connection = Connection.UP;

    /** BackendTime that the test advances, unless overridden. */
    final AtomicLong nanos = new AtomicLong();

    long now() {
        return nanos.get();
    }

    /** A clock that stands still must not repeat versions: more than one write may come per microsecond. */
    long nowMicros() {
        return Math.max(now() / 1_000, highestVersion.get() + 1);
    }

    Object address(StorageKey key) {
        return key;
    }

    boolean isOver(Kept record) {
        return record.endNanos <= now();
    }

    Snapshot read(StorageKey key) {
        return load(kept.get(address(key))).snapshot();
    }

    final StoredConversation load(Kept record) {
        return record == null || isOver(record) ? StoredConversation.none() : record.conversation;
    }

    Outcome write(StorageKey key, Mutation mutation, Optional<Duration> ttl) {
        AtomicReference<Outcome> outcome = new AtomicReference<>();
        kept.compute(address(key), (address, record) -> {
            Step step = decide(load(record), mutation, nowMicros());
            outcome.set(step.outcome());
            highestVersion.accumulateAndGet(step.next().version(), Math::max);
            return store(record, step, mutation, ttl);
        });
        return outcome.get();
    }

    Step decide(StoredConversation before, Mutation mutation, long nowMicros) {
        return before.apply(mutation, nowMicros);
    }

    Kept store(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
        if (!(step.outcome() instanceof Applied)) {
            return record;
        }
        return step.next().isGone() ? null : new Kept(step.next(), end(record, step, mutation, ttl));
    }

    long end(Kept record, Step step, Mutation mutation, Optional<Duration> ttl) {
        Optional<Duration> life = step.next().isTombstone() ? Optional.of(TOMBSTONE_TTL) : mutation.ttl(ttl);
        return life.map(limit -> now() + limit.toNanos()).orElse(Long.MAX_VALUE);
    }

    long records() {
        kept.values().removeIf(this::isOver);
        return kept.size();
    }
}
