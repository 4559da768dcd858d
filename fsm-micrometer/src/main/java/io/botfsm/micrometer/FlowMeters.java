package io.botfsm.micrometer;

import io.botfsm.flow.WorkCounts;
import java.util.Map;

/** The meters of the work of a flow's states. */
final class FlowMeters {
    private FlowMeters() {}

    static LatestPart<WorkCounts> register(PartMeters meters) {
        LatestPart<WorkCounts> work = new LatestPart<>(
                Map.of("done", WorkCounts::done, "failed", WorkCounts::failed, "retried", WorkCounts::retried));
        for (String result : new String[] {"done", "failed"}) {
            meters.counter(
                    "botfsm.flow.work", "work of states that has ended", () -> work.count(result), "result", result);
        }
        meters.counter(
                "botfsm.flow.work.retried",
                "work that was repeated because it had been left undone",
                () -> work.count("retried"));
        meters.gauge(
                "botfsm.flow.work.running", "work of states that is running", () -> work.value(WorkCounts::running));
        return work;
    }
}
