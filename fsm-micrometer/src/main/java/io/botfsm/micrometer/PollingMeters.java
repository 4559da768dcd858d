package io.botfsm.micrometer;

import io.botfsm.monitoring.PollingStatus;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/** The meters of a bot's polling sessions, one after another. */
final class PollingMeters {
    private PollingMeters() {}

    static LatestPart<PollingStatus> register(PartMeters meters) {
        LatestPart<PollingStatus> session =
                new LatestPart<>(Map.of("conflicts", PollingStatus::conflicts, "dead", PollingStatus::deadLetters));
        meters.seconds(
                "botfsm.polling.last.success",
                "time since the messenger last answered; NaN if nothing polls",
                () -> seconds(session, PollingStatus::sinceLastPoll));
        meters.seconds(
                "botfsm.polling.lag",
                "time since the oldest pending update was received",
                () -> seconds(session, PollingStatus::lag));
        meters.gauge(
                "botfsm.polling.pending",
                "updates that are waiting or being handled",
                () -> session.value(polling -> polling.isPolling() ? polling.pending() : Double.NaN));
        meters.counter(
                "botfsm.polling.conflicts",
                "refusals by the messenger because another client polls",
                () -> session.count("conflicts"));
        meters.counter("botfsm.polling.dead.letters", "updates that were given up", () -> session.count("dead"));
        return session;
    }

    private static double seconds(LatestPart<PollingStatus> session, Function<PollingStatus, Duration> of) {
        return session.value(polling -> polling.isPolling() ? PartMeters.inSeconds(of.apply(polling)) : Double.NaN);
    }
}
