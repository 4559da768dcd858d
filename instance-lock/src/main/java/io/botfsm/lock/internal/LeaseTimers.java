package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseClock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * The clock and timers of an engine.
 *
 * @param clock measures time
 * @param renewals runs tasks that send requests to the store
 * @param deadlines runs tasks without I/O, which work even if everything else hangs
 * @param random returns numbers from 0 to 1, so that not all instances act at the same time
 */
public record LeaseTimers(LeaseClock clock, Scheduler renewals, Scheduler deadlines, DoubleSupplier random) {
    public static LeaseTimers of(LeaseClock clock, Scheduler renewals, Scheduler deadlines) {
        return new LeaseTimers(
                clock, renewals, deadlines, () -> ThreadLocalRandom.current().nextDouble());
    }
}
