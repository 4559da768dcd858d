package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseClock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * What an engine knows of time, and by what it is woken.
 *
 * @param clock measures it
 * @param renewals runs what asks the store
 * @param deadlines runs what does no I/O, so that it works when everything else hangs
 * @param random draws from 0 to 1, so that not all do the same at the same time
 */
public record LeaseTimers(LeaseClock clock, Scheduler renewals, Scheduler deadlines, DoubleSupplier random) {
    public static LeaseTimers of(LeaseClock clock, Scheduler renewals, Scheduler deadlines) {
        return new LeaseTimers(
                clock, renewals, deadlines, () -> ThreadLocalRandom.current().nextDouble());
    }
}
