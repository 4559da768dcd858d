package io.botfsm.micrometer;

import io.botfsm.internal.guard.BestEffort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what goes wrong with a meter, such as a filter of the application, away from the call that is measured. */
final class MeterFailures {
    private static final Logger LOGGER = LoggerFactory.getLogger(MeterFailures.class.getPackageName());

    private MeterFailures() {}

    static void logged(String meter, Runnable measuring) {
        BestEffort.run(measuring)
                .ifPresent(failure -> BestEffort.run(
                        () -> LOGGER.warn("The meter {} could not be updated: {}", meter, failure.toString())));
    }
}
