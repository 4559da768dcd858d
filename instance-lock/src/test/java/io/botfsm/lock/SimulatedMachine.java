package io.botfsm.lock;

import io.botfsm.lock.internal.Scheduler;
import io.botfsm.lock.store.LeaseClock;
import java.time.Duration;

/**
 * A machine with inaccurate clocks that can be stopped like a process, suspended like a laptop, paused like a virtual
 * machine, and crash. What was due while it did not run happens right afterwards; after a crash, never.
 */
final class SimulatedMachine implements LeaseClock, Scheduler {
    private final Simulation simulation;
    private final double rate;
    private final long origin;
    private final long wallOffsetMillis;
    private long stoodStill;
    private long standsStillSince = -1;
    private long wallStoodStill;
    private boolean wallStandsStill;
    private long stoppedUntil;
    private boolean crashed;
    private int pendingTasks;

    SimulatedMachine(Simulation simulation, double greatestDeviation) {
        this.simulation = simulation;
        this.rate = 1 + greatestDeviation * (2 * simulation.random().nextDouble() - 1);
        this.origin = simulation.random().nextLong(); // so that differences overflow now and then
        this.wallOffsetMillis = simulation.between(-3_600_000, 3_600_000);
    }

    @Override
    public long nanoTime() {
        return origin + (long) ((simulation.now() - stoodStill - standstill()) * rate);
    }

    @Override
    public long wallMillis() {
        long still = wallStoodStill + (wallStandsStill ? standstill() : 0);
        return wallOffsetMillis + (simulation.now() - still) / 1_000_000;
    }

    /** For how long a clock has been standing still now. */
    private long standstill() {
        return standsStillSince < 0 ? 0 : simulation.now() - standsStillSince;
    }

    boolean isRunning() {
        return !crashed && simulation.now() >= stoppedUntil;
    }

    int pendingTasks() {
        return pendingTasks;
    }

    void crash() {
        crashed = true;
    }

    /** Like SIGSTOP: nothing runs, but the clocks advance. */
    void stop(long nanos) {
        stoppedUntil = Math.max(stoppedUntil, simulation.now() + nanos);
    }

    /** Like closing the lid: nothing runs, and the monotonic clock stands still. */
    void suspend(long nanos) {
        if (isRunning()) {
            standsStillSince = simulation.now();
            stoppedUntil = simulation.now() + nanos;
            simulation.at(stoppedUntil, this::wakeUp);
        }
    }

    /** Like a paused virtual machine: nothing runs and both clocks stand still, so that it cannot notice. */
    void pause(long nanos) {
        if (isRunning()) {
            wallStandsStill = true;
            suspend(nanos);
        }
    }

    private void wakeUp() {
        stoodStill += standstill();
        wallStoodStill += wallStandsStill ? standstill() : 0;
        wallStandsStill = false;
        standsStillSince = -1;
    }

    /** Runs an action as soon as this machine is running. */
    void whenRunning(Runnable action) {
        if (crashed) {
            return;
        }
        if (simulation.now() < stoppedUntil) {
            simulation.at(stoppedUntil, () -> whenRunning(action));
        } else {
            runSafely(action);
        }
    }

    private static void runSafely(Runnable action) {
        try {
            action.run();
        } catch (IllegalStateException e) {
            // as a thread survives it; only the rest of the action does not happen
        }
    }

    @Override
    public Task schedule(Duration delay, Runnable task) {
        pendingTasks++;
        return begin(new Timer(nanoTime() + delay.toNanos(), task, 1));
    }

    /** For tasks that are not the lock's own, and do not count as pending. */
    Task later(long nanos, Runnable task) {
        return begin(new Timer(nanoTime() + nanos, task, 0));
    }

    private static Timer begin(Timer timer) {
        timer.sleep();
        return timer;
    }

    private final class Timer implements Task {
        private final long due;
        private final Runnable task;
        private final int counted;
        private boolean over;

        Timer(long due, Runnable task, int counted) {
            this.counted = counted;
            this.due = due;
            this.task = task;
        }

        void sleep() {
            long left = Math.max(0, (long) ((due - nanoTime()) / rate) + 1);
            simulation.after(left, () -> whenRunning(this::wake));
        }

        private void wake() {
            if (over) {
                return;
            }
            if (nanoTime() - due < 0) { // the clock stood still meanwhile
                sleep();
                return;
            }
            cancel();
            task.run();
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                pendingTasks -= counted;
            }
        }
    }
}
