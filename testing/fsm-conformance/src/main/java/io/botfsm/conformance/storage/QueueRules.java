package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.internal.Rules;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** A group of tests of a queue of deadlines, each with a bot that nobody else uses. */
abstract class QueueRules extends Rules {
    /** Longer than clocks may differ. */
    static final Duration HOUR = Duration.ofHours(1);

    final DeadlineQueueConformance suite;
    private final String name = "queue-" + UUID.randomUUID();
    private final AtomicLong bots = new AtomicLong();

    QueueRules(DeadlineQueueConformance suite) {
        super(suite);
        this.suite = suite;
    }

    TestedQueue open() {
        return open(Optional.empty(), DEADLINE);
    }

    TestedQueue open(Optional<Duration> ttl, Duration deadline) {
        return new TestedQueue(opened(() -> suite.open(ttl, deadline)));
    }

    /** Another queue on the same backend; the same queue if each storage has its own backend. */
    TestedQueue beside(TestedQueue queue) {
        return suite instanceof Conformance.Shares ? open() : queue;
    }

    String freshBot() {
        return name + "-" + bots.incrementAndGet();
    }

    static StorageKey key(String bot, long user) {
        return StorageKey.bot(bot).chat(user).user(user).build();
    }

    static List<StorageKey> keys(String bot, int count) {
        return LongStream.range(0, count).mapToObj(i -> key(bot, i)).toList();
    }

    static Mutation.Builder change() {
        return Mutation.builder();
    }

    static Mutation.Builder clear() {
        return change().clearState().replaceData(Map.of());
    }
}
