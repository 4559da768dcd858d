package io.botfsm.micrometer;

import io.botfsm.timeout.TimeoutRunner;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The meters of the runners that fire a bot's deadlines, one after another. */
final class TimeoutMeters {
    private static final String NAME = "botfsm.timeouts";

    private TimeoutMeters() {}

    static LatestPart<TimeoutRunner> register(PartMeters meters) {
        LatestPart<TimeoutRunner> runner =
                new LatestPart<>(Map.of("fired", TimeoutRunner::fired, "failed", TimeoutRunner::failed));
        for (String result : new String[] {"fired", "failed"}) {
            meters.counter(NAME, "deadlines that were fired", () -> runner.count(result), "result", result);
        }
        meters.gauge(
                "botfsm.deadlines.due",
                "conversations that are due and waiting; NaN if no timeouts are fired",
                () -> running(runner, TimeoutRunner::backlog));
        meters.seconds(
                "botfsm.deadlines.waiting",
                "time for which the first due conversation has been waiting",
                () -> running(runner, timeouts -> PartMeters.inSeconds(timeouts.waitingFor())));
        meters.seconds(
                "botfsm.deadlines.lateness",
                "delay after its deadline with which the last conversation was fired",
                () -> running(runner, timeouts -> PartMeters.inSeconds(timeouts.lateness())));
        return runner;
    }

    private static double running(LatestPart<TimeoutRunner> runner, ToDoubleFunction<TimeoutRunner> value) {
        return runner.value(timeouts -> timeouts.isRunning() ? value.applyAsDouble(timeouts) : Double.NaN);
    }
}
