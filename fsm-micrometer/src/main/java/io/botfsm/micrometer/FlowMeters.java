package io.botfsm.micrometer;

import io.botfsm.flow.WorkCounts;

/** The meters of the work of a flow's states. */
final class FlowMeters {
    private FlowMeters() {}

    static void register(PartMeters meters, WorkCounts work) {
        meters.counter("botfsm.flow.work", "work of states that has ended", work::done, "result", "done");
        meters.counter("botfsm.flow.work", "work of states that has ended", work::failed, "result", "failed");
        meters.counter("botfsm.flow.work.retried", "work that had been left undone", work::retried);
        meters.gauge("botfsm.flow.work.running", "work of states that is running", work::running);
    }
}
