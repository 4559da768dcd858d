package io.botfsm.lock;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides what happens to messages, and keeps the subscriptions to releases. It can be made reliable. */
final class SimulatedNetwork {
    private static final long MILLI = 1_000_000;

    private final Simulation simulation;
    private final double loss;
    private final double duplication;
    private final double slowness;
    private final double bugs;
    private final Duration timeout;
    private final Map<String, Set<Runnable>> subscribers = new HashMap<>();
    private final Set<Runnable> unsubscribed = new HashSet<>();
    private boolean reliable;
    private boolean slowSubscriptions;
    private long interruptedUntil;
    private boolean interruptedNoisily;

    SimulatedNetwork(Simulation simulation) {
        this.simulation = simulation;
        this.loss = probability(0.2);
        this.duplication = probability(0.05);
        this.slowness = probability(0.1);
        this.bugs = probability(0.02);
        this.timeout = Duration.ofNanos(simulation.between(300 * MILLI, 3_000 * MILLI));
    }

    /** Returns the probability of a fault; some seeds have much of it, others none. */
    private double probability(double most) {
        return simulation.chance(0.4) ? 0 : most * simulation.random().nextDouble();
    }

    void becomeReliable() {
        reliable = true;
    }

    /** Lets nothing through for this time. */
    void interrupt(long nanos, boolean noisily) {
        interruptedUntil = simulation.now() + nanos;
        interruptedNoisily = noisily;
    }

    private boolean isInterrupted() {
        return simulation.now() < interruptedUntil;
    }

    /** The time after which a client considers an answer lost. */
    Duration timeout() {
        return timeout;
    }

    /** Sets whether it takes a while to subscribe to releases. */
    void slowSubscriptions(boolean slow) {
        slowSubscriptions = slow;
    }

    long subscriptionDelay() {
        return slowSubscriptions ? simulation.between(0, 300 * MILLI) : 0;
    }

    boolean throwsInsteadOfFailing() {
        return (isInterrupted() && interruptedNoisily) || (!reliable && simulation.chance(bugs));
    }

    int copies() {
        if (isInterrupted()) {
            return 0;
        }
        if (reliable) {
            return 1;
        }
        if (simulation.chance(loss)) {
            return 0;
        }
        return simulation.chance(duplication) ? 2 : 1;
    }

    boolean losesReply() {
        return !reliable && simulation.chance(loss);
    }

    long delay() {
        boolean slow = !reliable && simulation.chance(slowness);
        return slow ? simulation.between(MILLI, 8_000 * MILLI) : simulation.between(MILLI / 20, 5 * MILLI);
    }

    private Set<Runnable> subscribers(String name) {
        return subscribers.computeIfAbsent(name, first -> new LinkedHashSet<>());
    }

    void subscribe(String name, Runnable hint) {
        if (!unsubscribed.contains(hint)) { // it may arrive late
            subscribers(name).add(hint);
        }
    }

    void unsubscribe(String name, Runnable hint) {
        unsubscribed.add(hint);
        subscribers(name).remove(hint);
    }

    void publish(String name) {
        for (Runnable hint : List.copyOf(subscribers(name))) {
            if (copies() > 0) {
                simulation.after(delay(), hint);
            }
        }
    }
}
