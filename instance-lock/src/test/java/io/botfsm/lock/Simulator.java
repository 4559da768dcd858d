package io.botfsm.lock;

import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseSettings;
import io.botfsm.lock.internal.LeaseTimers;
import io.botfsm.lock.internal.LeaseTimings;
import io.botfsm.lock.internal.TestIdentity;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A simulated world whose seed decides what goes wrong: at first all kinds of faults, for up to 90 seconds, then none.
 * There are two kinds of worlds: instances that want one lock, and processes that want the leases of several
 * conversations for a moment, again and again. Whatever happens, no two instances may hold a lease at the same true
 * time, except within a time to live after an event that the guarantees exclude (an operator's force, a replica that
 * lacks the lease, a machine whose clocks all stood still; for conversations, any loss of data). When the faults are
 * over, leases must work as if nothing had happened.
 */
final class Simulator {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long SLOWEST_MESSAGE = 8 * SECOND;

    /** More pending tasks than any lock has at a time. */
    private static final int MANY_TASKS = 100;

    /** The largest deviation of a clock; two such clocks stay within the drift that a lease allows for. */
    private static final double DEVIATION = 0.002;

    private final LeaseTimings timings;
    private final Simulation simulation;
    private final SimulatedServer server;
    private final SimulatedNetwork network;
    private final boolean conversations;
    private final List<SimulatedLease> leases;
    private final List<SimulatedInstance> instances = new ArrayList<>();
    private long doubtUntil;
    private int incarnations;
    private boolean churning;

    private Simulator(long seed, boolean conversations) {
        this.conversations = conversations;
        this.timings = LeaseTimings.of(Duration.ofSeconds(5));
        this.simulation = new Simulation(seed, this::check);
        this.server = new SimulatedServer(simulation, DEVIATION);
        this.network = new SimulatedNetwork(simulation);
        this.leases = names().map(name -> new SimulatedLease(simulation, name)).toList();
    }

    private Stream<String> names() {
        return conversations ? Stream.of("one", "two") : Stream.of("lock");
    }

    /**
     * Runs one world of a lock.
     *
     * @throws ViolationException if the lock did what it must not
     */
    static void runLock(long seed) {
        new Simulator(seed, false).run();
    }

    /**
     * Runs one world of conversations.
     *
     * @throws ViolationException if a lease did what it must not
     */
    static void runConversations(long seed) {
        new Simulator(seed, true).run();
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
        LeaseStore store = new SimulatedStore(simulation, machine, server, network);
        String owner = "instance" + incarnations++;
        List<SimulatedInstance> joining = conversations
                ? process(owner, machine, store)
                : List.of(new SimulatedLockUser(owner, simulation, machine, store, server, timings));
        instances.addAll(joining);
        joining.forEach(instance -> machine.later(simulation.between(0, SECOND), instance::begin));
    }

    /** One process, which wants each of the conversations. */
    private List<SimulatedInstance> process(String owner, SimulatedMachine machine, LeaseStore store) {
        AtomicInteger claims = new AtomicInteger();
        LeaseEngine engine = new LeaseEngine(
                store,
                TestIdentity.of(owner, () -> Integer.toString(claims.incrementAndGet())),
                LeaseSettings.ofConversations(timings.ttl()),
                new LeaseTimers(machine, machine, machine, simulation.random()::nextDouble));
        return names().<SimulatedInstance>map(
                        name -> new SimulatedConversationUser(name, simulation, machine, engine, server))
                .toList();
    }

    private void somethingHappens() {
        SimulatedInstance one = instances.get(simulation.random().nextInt(instances.size()));
        switch (simulation.random().nextInt(10)) {
            case 0 -> {
                one.machine().crash();
                instances.removeIf(each -> each.machine() == one.machine());
                join();
            }
            case 1 -> one.machine().stop(simulation.between(MILLI, 20 * SECOND));
            case 2 -> one.machine().suspend(simulation.between(MILLI, 20 * SECOND));
            case 3 -> server.save();
            case 4 -> {
                server.restart(simulation.between(MILLI, 10 * SECOND), true);
                doubtUnlessQuarantined();
            }
            case 5 -> {
                server.restart(simulation.between(MILLI, 10 * SECOND), false);
                doubtUnlessQuarantined();
            }
            case 6 -> {
                server.flush();
                doubtUnlessQuarantined();
            }
            case 7 -> {
                server.failOver();
                doubt();
            }
            case 8 -> {
                long pause = simulation.between(MILLI, 20 * SECOND);
                one.machine().pause(pause);
                doubtAfter(pause);
            }
            default -> {
                server.force(one.name());
                network.publish(one.name());
                doubt();
            }
        }
    }

    /** The store may grant a lease that another instance still considers held, which the guarantees exclude. */
    private void doubt() {
        doubtAfter(0);
    }

    private void doubtAfter(long nanos) {
        long end = simulation.now()
                + nanos
                + timings.ttl().toNanos()
                + timings.drift().toNanos();
        doubtUntil = Math.max(doubtUntil, end);
    }

    /** Leases of conversations are used at once, whatever the store may have forgotten. */
    private void doubtUnlessQuarantined() {
        if (conversations) {
            doubt();
        }
    }

    private boolean isDoubtful() {
        return simulation.now() < doubtUntil;
    }

    /** Ends the faults, and waits until their effects are over. */
    private void calm() {
        network.becomeReliable();
        instances.forEach(instance -> instance.standBy(3_600 * SECOND));
        long longestStop = 20 * SECOND;
        simulation.runUntil(simulation.now()
                + longestStop
                + SLOWEST_MESSAGE
                + 2 * timings.ttl().toNanos());
        require(areHeldOrPassedOn(), Violation.NOT_TAKEN, "after the faults were over");
    }

    /** Runs with only short interruptions, one per time to live of a lease: no lease may be lost. */
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
                instance -> require(!instance.isDeceived(), Violation.NOT_NOTIFIED, "token " + instance.token()));
        require(losses() == losses, Violation.LOST_WITHOUT_REASON, "in quiet times");
        require(areHeldOrPassedOn(), Violation.NOT_TAKEN, "in quiet times");
    }

    /** Each holder soon releases its lease: another must acquire it at once, long before a lease would have expired. */
    private void churn() {
        instances.forEach(instance -> instance.standBy(300 * MILLI));
        leases.forEach(SimulatedLease::beginChurn);
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
            require(instance.machine().pendingTasks() == 0, Violation.PILES_UP, "timers after the end");
        }
        simulation.runUntil(simulation.now() + 2 * timings.ttl().toNanos());
        for (SimulatedInstance instance : instances) {
            instance.checkNotified();
            require(instance.machine().pendingTasks() == 0, Violation.PILES_UP, "timers at the end");
        }
    }

    private boolean areHeldOrPassedOn() {
        return leases.stream().allMatch(SimulatedLease::isHeldOrPassedOn);
    }

    private int losses() {
        return instances.stream().mapToInt(SimulatedInstance::losses).sum();
    }

    private void check() {
        leases.forEach(lease -> lease.check(instances, isDoubtful()));
        for (SimulatedInstance instance : instances) {
            if (instance.machine().pendingTasks() > MANY_TASKS) {
                throw new ViolationException(Violation.PILES_UP, "timers");
            }
        }
        if (churning) {
            leases.forEach(lease -> lease.checkNobodyWaits(instances));
        }
    }

    private static void require(boolean kept, Violation otherwise, String detail) {
        if (!kept) {
            throw new ViolationException(otherwise, detail);
        }
    }
}
