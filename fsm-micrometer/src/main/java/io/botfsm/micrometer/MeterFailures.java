package io.botfsm.micrometer;

import io.botfsm.internal.guard.BestEffort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps failures of meters, such as those of a meter filter of the application, away from the measured call. */
final class MeterFailures {
    private static final Logger LOGGER = LoggerFactory.getLogger(MeterFailures.class.getPackageName());

    private MeterFailures() {}

    static void logged(String meter, Runnable measuring) {
        BestEffort.run(measuring)
                .ifPresent(failure -> BestEffort.run(
                        () -> LOGGER.warn("The meter {} could not be updated: {}", meter, failure.toString())));
    }
}
