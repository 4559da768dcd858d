package io.botfsm.micrometer;

import io.botfsm.transition.Transition;
import io.botfsm.transition.TransitionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts stored changes of state. Thread-safe. */
class TransitionCounters implements TransitionListener {
    static final String NAME = "botfsm.transitions";
    static final String DISCARDED = "botfsm.transitions.discarded";

    private record Change(String from, String to) {}

    private final MeterRegistry registry;
    private final Tags bot;
    private final StateTag states;
    private final Counter discarded;
    private final Map<Change, Counter> counters = new ConcurrentHashMap<>();

    TransitionCounters(MeterRegistry registry, Tags bot, StateTag states) {
        this.registry = registry;
        this.bot = bot;
        this.states = states;
        this.discarded = Counter.builder(DISCARDED)
                .description("changes of state that were dropped because listeners were too slow")
                .tags(bot)
                .register(registry);
    }

    @Override
    public void onTransition(Transition transition) {
        Change change = new Change(states.of(transition.from()), states.of(transition.to()));
        counters.computeIfAbsent(change, this::counter).increment();
    }

    @Override
    public void onDiscarded(long count) {
        discarded.increment((double) count);
    }

    private Counter counter(Change change) {
        return Counter.builder(NAME)
                .description("stored changes of state")
                .tags(bot.and("from", change.from(), "to", change.to()))
                .register(registry);
    }
}
