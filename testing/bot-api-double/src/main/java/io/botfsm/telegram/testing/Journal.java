package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.List;

/** The newest requests of the bot, in the order in which they were answered. Thread-safe. */
final class Journal {
    private final Recent<BotRequest> requests;

    Journal(int remembered) {
        requests = new Recent<>(remembered);
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
