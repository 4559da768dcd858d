package io.botfsm.micrometer;

import io.botfsm.Handled;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timers of handled events, by the state that the conversation is in afterwards and by outcome. A failing meter
 * does not fail an event. Thread-safe.
 */
final class HandleTimers {
    static final String NAME = "botfsm.handle";

    private record Kind(String state, String outcome) {}

    private final MeterRegistry registry;
    private final Tags bot;
    private final StateTag states;
    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    HandleTimers(MeterRegistry registry, Tags bot, StateTag states) {
        this.registry = registry;
        this.bot = bot;
        this.states = states;
        register(new Kind(StateTag.UNKNOWN, FailureTag.TRANSITION_REFUSED));
    }

    /**
     * Timers that alerts use are registered from the start, since a count that first appears as 1 is not an increase.
     */
    private void register(Kind kind) {
        MeterFailures.logged(NAME, () -> timers.put(kind, timer(kind)));
    }

    long now() {
        return registry.config().clock().monotonicTime();
    }

    void end(long start, @Nullable Handled<?> handled, @Nullable Throwable failure) {
        MeterFailures.logged(
                NAME,
                () -> timers.computeIfAbsent(kind(handled, failure), this::timer)
                        .record(now() - start, TimeUnit.NANOSECONDS));
    }

    private Kind kind(@Nullable Handled<?> handled, @Nullable Throwable failure) {
        return handled == null
                ? new Kind(StateTag.UNKNOWN, outcome(null, failure))
                : new Kind(states.of(handled.now().state()), outcome(handled, failure));
    }

    static String outcome(@Nullable Handled<?> handled, @Nullable Throwable failure) {
        if (handled == null) {
            return FailureTag.of(failure);
        }
        return handled instanceof Handled.Done ? "done" : "repeated";
    }

    private Timer timer(Kind kind) {
        return Timer.builder(NAME)
                .description("events handled")
                .tags(bot.and(StateTag.NAME, kind.state(), "outcome", kind.outcome()))
                .register(registry);
    }
}
