package io.botfsm.lock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A world of instances that want one lock, in which everything goes wrong that the seed says: for some minutes all kinds of
 * faults, then none. Whatever happens, no two instances may hold the lock at the same true time, except for a time to live
 * after somebody broke the rules (an operator's force, a replica that lacks the lock); and when the faults are over, the lock
 * must work as if nothing had been.
 */
final class Simulator {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long SLOWEST_MESSAGE = 8 * SECOND;

    /** One for renewals, one for deadlines. */
    private static final int ALARMS = 2;

    /** More than any lock has under way at a time. */
    private static final int MANY_TASKS = 100;

    /** What clocks may deviate, so that two of them stay within the drift that a lease allows for. */
    private static final double DEVIATION = 0.002;

    private final Timings timings;
    private final Simulation simulation;
    private final SimulatedServer server;
    private final SimulatedNetwork network;
    private final List<SimulatedInstance> instances = new ArrayList<>();
    private final Set<Long> tokensSeen = new HashSet<>();
    private long highestToken;
    private long doubtUntil;
    private long heldLast;
    private int incarnations;
    private boolean churning;

    private Simulator(long seed) {
        this.timings = Timings.of(Duration.ofSeconds(5), Optional.empty(), Optional.empty(), Optional.empty());
        this.simulation = new Simulation(seed, this::check);
        this.server = new SimulatedServer(simulation, DEVIATION);
        this.network = new SimulatedNetwork(simulation);
    }

    /**
     * Runs one world.
     *
     * @throws ViolationException if the lock did what it must not
     */
    static void run(long seed) {
        new Simulator(seed).run();
    }

    private void run() {
        int contenders = 2 + simulation.random().nextInt(3);
        for (int i = 0; i < contenders; i++) {
            join();
        }
        int faults = simulation.random().nextInt(12);
        long end = simulation.now() + simulation.between(20 * SECOND, 90 * SECOND);
        for (int i = 0; i < faults; i++) {
            simulation.at(simulation.between(simulation.now(), end), this::somethingHappens);
        }
        simulation.runUntil(end);
        calm();
        steady();
        churn();
        end();
    }

    private void join() {
        SimulatedMachine machine = new SimulatedMachine(simulation, DEVIATION);
        SimulatedInstance instance = new SimulatedInstance(
                "instance" + incarnations++,
                simulation,
                machine,
                new SimulatedStore(simulation, machine, server, network),
                server,
                timings);
        instances.add(instance);
        machine.later(simulation.between(0, SECOND), instance::begin);
    }

    private void somethingHappens() {
        SimulatedInstance one = instances.get(simulation.random().nextInt(instances.size()));
        switch (simulation.random().nextInt(9)) {
            case 0 -> {
                one.machine().crash();
                instances.remove(one);
                join();
            }
            case 1 -> one.machine().stop(simulation.between(MILLI, 20 * SECOND));
            case 2 -> one.machine().suspend(simulation.between(MILLI, 20 * SECOND));
            case 3 -> server.save();
            case 4 -> server.restart(simulation.between(MILLI, 10 * SECOND), true);
            case 5 -> server.restart(simulation.between(MILLI, 10 * SECOND), false);
            case 6 -> server.flush();
            case 7 -> {
                server.failOver();
                doubt();
            }
            default -> {
                server.force();
                network.publish();
                doubt();
            }
        }
    }

    /** The store let somebody in although another may still hold: said in the guarantees. */
    private void doubt() {
        doubtUntil =
                simulation.now() + timings.ttl().toNanos() + timings.drift().toNanos();
    }

    /** The faults are over; what they left behind gets its time. */
    private void calm() {
        network.becomeReliable();
        instances.forEach(instance -> instance.standBy(3_600 * SECOND));
        long longestStop = 20 * SECOND;
        simulation.runUntil(simulation.now()
                + longestStop
                + SLOWEST_MESSAGE
                + 2 * timings.ttl().toNanos());
        require(isHeldOrPassedOn(), Violation.NOT_TAKEN, "after the faults were over");
    }

    /** Nothing but short interruptions, one for each lifetime of a lease: no reason to lose it. */
    private void steady() {
        int losses = losses();
        for (int lifetime = 0; lifetime < 3; lifetime++) {
            long begun = simulation.now();
            simulation.runUntil(begun + simulation.between(0, timings.ttl().toNanos() - SECOND));
            network.interrupt(SECOND, simulation.chance(0.5));
            simulation.runUntil(begun + timings.ttl().toNanos() + SECOND);
        }
        simulation.runUntil(simulation.now() + 2 * timings.ttl().toNanos()); // so that all have subscribed again
        instances.forEach(
                instance -> require(!instance.isDeceived(), Violation.LOSS_NOT_TOLD, "token " + instance.token()));
        require(losses() == losses, Violation.LOST_WITHOUT_REASON, "in quiet times");
        require(isHeldOrPassedOn(), Violation.NOT_TAKEN, "in quiet times");
    }

    /** Each holder gives it back soon: another must have it at once, long before a lease would have expired. */
    private void churn() {
        instances.forEach(instance -> instance.standBy(300 * MILLI));
        heldLast = simulation.now();
        network.slowSubscriptions(true);
        churning = true;
        simulation.runUntil(simulation.now() + 5 * SECOND);
        churning = false;
    }

    private void end() {
        instances.forEach(SimulatedInstance::end);
        simulation.runUntil(simulation.now() + SECOND);
        require(server.isFree(), Violation.LEFT_BEHIND, "a lease");
        for (SimulatedInstance instance : instances) {
            require(instance.machine().pendingTasks() <= ALARMS, Violation.PILES_UP, "timers after the end");
        }
        simulation.runUntil(simulation.now() + 2 * timings.ttl().toNanos());
        for (SimulatedInstance instance : instances) {
            instance.checkTold();
            require(instance.machine().pendingTasks() == 0, Violation.PILES_UP, "timers at the end");
        }
    }

    /** A holder may just have given it back, while the next one is about to be told, or pauses between two waits. */
    private boolean isHeldOrPassedOn() {
        return instances.stream().anyMatch(SimulatedInstance::isHolding) || simulation.now() - heldLast < 4 * SECOND;
    }

    private int losses() {
        return instances.stream().mapToInt(SimulatedInstance::losses).sum();
    }

    private void check() {
        SimulatedInstance holder = null;
        for (SimulatedInstance instance : instances) {
            if (instance.isHolding()) {
                checkAlone(instance, holder);
                checkToken(instance);
                holder = instance;
                heldLast = simulation.now();
            }
            if (instance.machine().pendingTasks() > MANY_TASKS) {
                throw new ViolationException(Violation.PILES_UP, "timers");
            }
        }
        if (churning && simulation.now() - heldLast > SECOND / 2) {
            checkNobodyWaits();
        }
    }

    private void checkNobodyWaits() {
        for (SimulatedInstance instance : instances) {
            if (instance.standbySince() < simulation.now() - SECOND / 2) {
                throw new ViolationException(Violation.NOT_TAKEN, "for half a second, while another stood by");
            }
        }
    }

    private void checkAlone(SimulatedInstance holder, @Nullable SimulatedInstance other) {
        if (other != null && simulation.now() >= doubtUntil) {
            throw new ViolationException(Violation.TWO_HOLDERS, "tokens " + other.token() + " and " + holder.token());
        }
    }

    private void checkToken(SimulatedInstance holder) {
        long token = holder.token();
        if (tokensSeen.add(token)) {
            if (token < highestToken && simulation.now() >= doubtUntil) {
                throw new ViolationException(Violation.TOKEN_FELL, token + " after " + highestToken);
            }
            highestToken = Math.max(highestToken, token);
        }
    }

    private static void require(boolean kept, Violation otherwise, String detail) {
        if (!kept) {
            throw new ViolationException(otherwise, detail);
        }
    }
}
