package io.botfsm.micrometer;

import io.botfsm.isolation.EventIsolation;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.monitoring.SendingStatus;
import io.botfsm.recovery.RecoveringStateStorage;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Meters of parts that keep their own counts. */
final class RuntimeMeters {
    private static final Map<String, ToLongFunction<? super RecoveringStateStorage>> RESULTS = Map.of(
            "hit", recovery -> recovery.counts().hits(),
            "miss", recovery -> recovery.counts().misses(),
            "restored", recovery -> recovery.counts().restores(),
            "lost_to_concurrent_write", recovery -> recovery.counts().lostToConcurrentWrites(),
            "known_miss", recovery -> recovery.counts().knownMisses(),
            "clear_confirmed", recovery -> recovery.counts().clearsConfirmed(),
            "failure", recovery -> recovery.counts().failures());

    private static final Map<String, ToLongFunction<? super SendingStatus>> SENDS = Map.of(
            "sent", SendingStatus::sent,
            "limited", SendingStatus::limited,
            "delayed", SendingStatus::delayed,
            "dropped", SendingStatus::dropped,
            "failed", SendingStatus::failed);

    private RuntimeMeters() {}

    static LatestPart<EventIsolation> isolation(PartMeters meters) {
        LatestPart<EventIsolation> isolation = new LatestPart<>(Map.of("refused", EventIsolation::refused));
        meters.gauge(
                "botfsm.isolation.handlers",
                "handlers that are waiting or running",
                () -> isolation.value(EventIsolation::handlers));
        meters.gauge(
                "botfsm.isolation.conversations",
                "conversations with a waiting or running handler",
                () -> isolation.value(EventIsolation::conversations));
        meters.counter(
                "botfsm.isolation.refused",
                "handlers that were refused because there was no room",
                () -> isolation.count("refused"));
        return isolation;
    }

    static LatestPart<SendingStatus> sender(PartMeters meters) {
        LatestPart<SendingStatus> sender = new LatestPart<>(SENDS);
        for (String result : SENDS.keySet()) {
            meters.counter("botfsm.sends", "messages by result", () -> sender.count(result), "result", result);
        }
        meters.gauge(
                "botfsm.sends.waiting",
                "callers that wait until their message may be sent",
                () -> sender.value(SendingStatus::waiting));
        return sender;
    }

    static LatestPart<HealthCheck> health(PartMeters meters, String name) {
        LatestPart<HealthCheck> latest = new LatestPart<>(Map.of());
        meters.gauge(
                "botfsm.health",
                "1 if the part works, otherwise 0",
                () -> latest.value(check -> check.check().isUp() ? 1 : 0),
                "check",
                name);
        return latest;
    }

    static LatestPart<RecoveringStateStorage> recovery(PartMeters meters) {
        LatestPart<RecoveringStateStorage> recovery = new LatestPart<>(RESULTS);
        for (String result : RESULTS.keySet()) {
            meters.counter("botfsm.recovery", "recoveries by result", () -> recovery.count(result), "result", result);
        }
        return recovery;
    }
}
