package io.botfsm.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Registers meters that ask the parts of a bot for their numbers, and keep those parts from being garbage-collected.
 */
final class PartMeters {
    private final MeterRegistry registry;
    private final Tags bot;

    PartMeters(MeterRegistry registry, Tags bot) {
        this.registry = registry;
        this.bot = bot;
    }

    void gauge(String name, String description, Supplier<Number> value, String... tags) {
        Gauge.builder(name, value).description(description).tags(bot.and(tags)).register(registry);
    }

    /** @param value in seconds, or not a number */
    void seconds(String name, String description, Supplier<Number> value) {
        TimeGauge.builder(name, value, TimeUnit.SECONDS)
                .description(description)
                .tags(bot)
                .register(registry);
    }

    void counter(String name, String description, Supplier<Number> value, String... tags) {
        ToDoubleFunction<MeterRegistry> strong = any -> value.get().doubleValue();
        FunctionCounter.builder(name, registry, strong)
                .description(description)
                .tags(bot.and(tags))
                .register(registry);
    }

    static double inSeconds(Duration duration) {
        return duration.toNanos() / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
