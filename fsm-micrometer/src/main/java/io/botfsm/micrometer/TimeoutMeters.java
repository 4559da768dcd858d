package io.botfsm.micrometer;

import io.botfsm.timeout.TimeoutRunner;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The meters of what fires a bot's deadlines, one runner after another. */
final class TimeoutMeters {
    private static final String NAME = "botfsm.timeouts";

    private final LatestPart<TimeoutRunner> runner =
            new LatestPart<>(Map.of("fired", TimeoutRunner::fired, "failed", TimeoutRunner::failed));

    TimeoutMeters(PartMeters meters) {
        for (String result : new String[] {"fired", "failed"}) {
            meters.counter(NAME, "deadlines that were fired", () -> runner.count(result), "result", result);
        }
        meters.gauge(
                "botfsm.deadlines.due",
                "conversations that are due and wait; not a number where nothing fires",
                () -> running(TimeoutRunner::backlog));
        meters.seconds(
                "botfsm.deadlines.waiting",
                "how long the first of those has been waiting",
                () -> running(timeouts -> PartMeters.inSeconds(timeouts.waitingFor())));
        meters.seconds(
                "botfsm.deadlines.lateness",
                "how long after its deadline the last conversation was fired",
                () -> running(timeouts -> PartMeters.inSeconds(timeouts.lateness())));
    }

    private double running(ToDoubleFunction<TimeoutRunner> value) {
        return runner.value(timeouts -> timeouts.isRunning() ? value.applyAsDouble(timeouts) : Double.NaN);
    }

    void set(TimeoutRunner next) {
        runner.set(next);
    }
}
