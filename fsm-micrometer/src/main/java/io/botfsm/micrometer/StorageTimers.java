package io.botfsm.micrometer;

import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The timers of a storage's calls, by operation and outcome. A failing meter does not fail a call. Thread-safe. */
final class StorageTimers {
    static final String NAME = "botfsm.storage";

    private final MeterRegistry registry;
    private final Tags bot;
    private final Map<String, Timer> reads = new ConcurrentHashMap<>();
    private final Map<String, Timer> writes = new ConcurrentHashMap<>();

    StorageTimers(MeterRegistry registry, Tags bot) {
        this.registry = registry;
        this.bot = bot;
        register(reads, "read", FailureTag.UNAVAILABLE);
        register(writes, "write", FailureTag.UNAVAILABLE);
        register(writes, "write", FailureTag.FENCED);
    }

    /** See {@link HandleTimers}. */
    private void register(Map<String, Timer> timers, String operation, String outcome) {
        MeterFailures.logged(NAME, () -> timers.put(outcome, timer(operation, outcome)));
    }

    long now() {
        return registry.config().clock().monotonicTime();
    }

    void read(long start, @Nullable Snapshot found, @Nullable Throwable failure) {
        String outcome = outcomeOfRead(found, failure);
        MeterFailures.logged(NAME, () -> record(reads.computeIfAbsent(outcome, value -> timer("read", value)), start));
    }

    void write(long start, @Nullable Outcome written, @Nullable Throwable failure) {
        String outcome = outcomeOfWrite(written, failure);
        MeterFailures.logged(
                NAME, () -> record(writes.computeIfAbsent(outcome, value -> timer("write", value)), start));
    }

    static String outcomeOfRead(@Nullable Snapshot found, @Nullable Throwable failure) {
        if (found == null) {
            return FailureTag.of(failure);
        }
        return found.version() == 0 ? "empty" : "found";
    }

    static String outcomeOfWrite(@Nullable Outcome written, @Nullable Throwable failure) {
        if (written == null) {
            return FailureTag.of(failure);
        }
        if (written instanceof Outcome.Applied) {
            return "applied";
        }
        if (written instanceof Outcome.Duplicate) {
            return "duplicate";
        }
        return written instanceof Outcome.Conflict ? "conflict" : FailureTag.FENCED;
    }

    private void record(Timer timer, long start) {
        timer.record(now() - start, TimeUnit.NANOSECONDS);
    }

    private Timer timer(String operation, String outcome) {
        return Timer.builder(NAME)
                .description("calls of the storage")
                .tags(bot.and("operation", operation, "outcome", outcome))
                .register(registry);
    }
}
