package io.botfsm.micrometer;

import io.botfsm.lock.LockEvent;
import io.botfsm.lock.LockListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Shows what the events of locks say. Thread-safe. */
final class LockMeters implements LockListener {
    static final String HELD = "botfsm.lock.held";
    static final String TOKEN = "botfsm.lock.fencing.token";
    static final String EVENTS = "botfsm.lock.events";

    private final MeterRegistry registry;
    private final Tags bot;
    private final Map<String, AtomicLong> tokens = new ConcurrentHashMap<>();

    LockMeters(MeterRegistry registry, Tags bot) {
        this.registry = registry;
        this.bot = bot;
    }

    /** Shows a lock from now on, as not held if it was not shown before. */
    LockListener showing(String lock) {
        var unused = show(lock);
        return this;
    }

    LockListener listener() {
        return this;
    }

    private AtomicLong show(String lock) {
        return tokens.computeIfAbsent(lock, this::token);
    }

    @Override
    public void on(LockEvent event) {
        AtomicLong token = show(event.name());
        if (event instanceof LockEvent.Activated activated) {
            token.set(activated.fencingToken());
        } else if (event instanceof LockEvent.Lost lost) {
            token.compareAndSet(lost.fencingToken(), 0);
        } else if (event instanceof LockEvent.Released released) { // perhaps after the next lease has begun
            token.compareAndSet(released.fencingToken(), 0);
        }
        Counter.builder(EVENTS)
                .description("events of the lock")
                .tags(lock(event.name()).and("event", kind(event)))
                .register(registry)
                .increment();
    }

    /** Registers the gauges of a lock; returns the token of the lease that is held, 0 for none. */
    private AtomicLong token(String lock) {
        AtomicLong token = new AtomicLong();
        Gauge.builder(HELD, token, held -> held.get() == 0 ? 0 : 1)
                .description("1 if this instance holds the lock, otherwise 0")
                .tags(lock(lock))
                .strongReference(true)
                .register(registry);
        Gauge.builder(TOKEN, token, AtomicLong::get)
                .description("the fencing token of the lease that is held, 0 for none")
                .tags(lock(lock))
                .strongReference(true)
                .register(registry);
        return token;
    }

    private Tags lock(String name) {
        return bot.and("lock", name);
    }

    /** Such as {@code renewed_late}. */
    private static String kind(LockEvent event) {
        return event.getClass()
                .getSimpleName()
                .replaceAll("(?<=.)([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }
}
