package io.botfsm.micrometer;

import static java.util.Objects.requireNonNull;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An observation that has begun. Its own failures do not fail what is observed. Thread-safe. */
final class StartedObservation {
    private final ObservationRegistry registry;
    private final String name;
    private final Observation observation;

    private StartedObservation(ObservationRegistry registry, String name, Observation observation) {
        this.registry = registry;
        this.name = name;
        this.observation = observation;
    }

    static StartedObservation start(ObservationRegistry registry, String name, Supplier<Observation> observation) {
        AtomicReference<Observation> started = new AtomicReference<>(Observation.NOOP);
        MeterFailures.logged(name, () -> started.set(observation.get().start()));
        return new StartedObservation(registry, name, requireNonNull(started.get()));
    }

    Observation observation() {
        return observation;
    }

    /**
     * Runs a call in the scope of this observation, so that observations within the call become its children. No scope
     * is left open, whatever observation handlers throw.
     */
    <T extends @Nullable Object> T scoped(Supplier<? extends T> call) {
        Observation.@Nullable Scope before = registry.getCurrentObservationScope();
        MeterFailures.logged(name, observation::openScope);
        Observation.@Nullable Scope opened = registry.getCurrentObservationScope();
        try {
            return call.get();
        } finally {
            if (opened != null && opened != before) {
                MeterFailures.logged(name, opened::close);
            }
            MeterFailures.logged(name, () -> registry.setCurrentObservationScope(before));
        }
    }

    /**
     * Ends the observation. A failure is not passed to it, since its message may name a conversation.
     *
     * @param tags alternating names and values
     */
    void stop(String... tags) {
        MeterFailures.logged(name, () -> {
            for (int i = 0; i < tags.length; i += 2) {
                observation.lowCardinalityKeyValue(tags[i], tags[i + 1]);
            }
            observation.stop();
        });
    }
}
