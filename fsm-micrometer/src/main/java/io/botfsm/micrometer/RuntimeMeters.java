package io.botfsm.micrometer;

import io.botfsm.isolation.EventIsolation;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.monitoring.SendingStatus;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.RecoveryCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Meters of what counts by itself. */
final class RuntimeMeters {
    static final String HANDLERS = "botfsm.isolation.handlers";
    static final String CONVERSATIONS = "botfsm.isolation.conversations";
    static final String RECOVERY = "botfsm.recovery";

    private static final Map<String, ToLongFunction<RecoveryCounts>> RESULTS = Map.of(
            "hit", RecoveryCounts::hits,
            "miss", RecoveryCounts::misses,
            "restored", RecoveryCounts::restores,
            "lost_to_concurrent_write", RecoveryCounts::lostToConcurrentWrites,
            "known_miss", RecoveryCounts::knownMisses,
            "clear_confirmed", RecoveryCounts::clearsConfirmed,
            "failure", RecoveryCounts::failures);

    private static final Map<String, ToLongFunction<SendingStatus>> SENDS = Map.of(
            "sent", SendingStatus::sent,
            "limited", SendingStatus::limited,
            "delayed", SendingStatus::delayed,
            "dropped", SendingStatus::dropped);

    private RuntimeMeters() {}

    static void isolation(MeterRegistry registry, Tags bot, EventIsolation isolation) {
        Gauge.builder(HANDLERS, isolation, EventIsolation::handlers)
                .description("handlers that wait or run")
                .tags(bot)
                .register(registry);
        Gauge.builder(CONVERSATIONS, isolation, EventIsolation::conversations)
                .description("conversations with a handler that waits or runs")
                .tags(bot)
                .register(registry);
        FunctionCounter.builder("botfsm.isolation.refused", isolation, EventIsolation::refused)
                .description("handlers that there was no room for")
                .tags(bot)
                .register(registry);
    }

    static void sender(PartMeters meters, SendingStatus sender) {
        SENDS.forEach((result, count) -> meters.counter(
                "botfsm.sends", "what became of messages", () -> count.applyAsLong(sender), "result", result));
        meters.gauge("botfsm.sends.waiting", "callers that wait until their message may leave", sender::waiting);
    }

    static void health(PartMeters meters, HealthCheck check) {
        meters.gauge(
                "botfsm.health",
                "1 where the part works, otherwise 0",
                () -> check.check().isUp() ? 1 : 0,
                "check",
                check.name());
    }

    static void recovery(MeterRegistry registry, Tags bot, RecoveringStateStorage recovery) {
        RESULTS.forEach((result, count) -> FunctionCounter.builder(
                        RECOVERY, recovery, storage -> count.applyAsLong(storage.counts()))
                .description("what recovery has done")
                .tags(bot.and("result", result))
                .register(registry));
    }
}
