package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.List;

/** The newest requests of the bot, in the order in which they were answered. Thread-safe. */
final class RequestLog {
    private final BoundedHistory<BotRequest> requests;

    RequestLog(int remembered) {
        requests = new BoundedHistory<>(remembered);
    }

    void record(String method, Parameters parameters, Caller caller, int status) {
        BotRequest request = new BotRequest(
                method,
                parameters.toJson(),
                caller.poller(),
                caller.connection(),
                caller.userAgent(),
                caller.begunNanos(),
                caller.begun(),
                System.nanoTime(),
                Instant.now(),
                status);
        synchronized (this) {
            requests.add(request);
        }
    }

    synchronized List<BotRequest> all() {
        return requests.all();
    }
}
