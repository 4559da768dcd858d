package io.botfsm.telegram.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Delivers updates to a bot's webhook, as Telegram's own Bot API server does: updates of one chat one at a time, those
 * of different chats in parallel, up to the maximum number of connections. An update that is not answered with 2xx is
 * redelivered: first at once, then after pauses that double, or after {@code Retry-After}. Guarded by the monitor of
 * {@link LongPolls}.
 */
final class Webhook {
    static final int DEFAULT_CONNECTIONS = 40;

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
    private static final int MOST_DOUBLINGS = 6;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Object monitor;
    private final UpdateQueue updates;
    private final DelayedTasks timer;
    private final Duration retryPause;
    private final BoundedHistory<WebhookDelivery> deliveries;
    private final Set<String> busy = new HashSet<>();
    private final Map<Long, Integer> attempts = new HashMap<>();
    private Optional<Target> target = Optional.empty();
    private Optional<String> lastError = Optional.empty();

    Webhook(Object monitor, UpdateQueue updates, DelayedTasks timer, Duration retryPause, int remembered) {
        this.monitor = monitor;
        this.updates = updates;
        this.timer = timer;
        this.retryPause = retryPause;
        this.deliveries = new BoundedHistory<>(remembered);
    }

    /**
     * The address of the bot, a new object each time it is set: what is still in flight to an earlier target has no
     * effect.
     */
    static final class Target {
        final URI address;
        final Optional<String> secret;
        final int connections;

        Target(URI address, Optional<String> secret, int connections) {
            this.address = address;
            this.secret = secret;
            this.connections = connections;
        }
    }

    void set(@Nullable Target chosen) {
        target = Optional.ofNullable(chosen);
        busy.clear();
        attempts.clear();
        lastError = Optional.empty();
        deliver();
    }

    Optional<Target> target() {
        return target;
    }

    Optional<String> lastError() {
        return lastError;
    }

    List<WebhookDelivery> deliveries() {
        return deliveries.all();
    }

    /** Sends the first update of each chat that has none under way. */
    void deliver() {
        if (target.isEmpty()) {
            return;
        }
        for (UpdateQueue.Update update : updates.all()) {
            if (busy.size() >= target.get().connections) {
                return;
            }
            if (busy.add(update.chat())) {
                send(target.get(), update);
            }
        }
    }

    private void send(Target to, UpdateQueue.Update update) {
        HttpRequest.Builder request = HttpRequest.newBuilder(to.address)
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(update.json()));
        to.secret.ifPresent(secret -> request.header("X-Telegram-Bot-Api-Secret-Token", secret));
        int attempt = attempts.merge(update.id(), 1, Integer::sum);
        long begun = System.nanoTime();
        var unused = http.sendAsync(request.build(), BodyHandlers.ofString()).whenComplete((answer, failure) -> {
            synchronized (monitor) {
                OptionalInt status = answer == null ? OptionalInt.empty() : OptionalInt.of(answer.statusCode());
                deliveries.add(
                        new WebhookDelivery(update.id(), attempt, begun, System.nanoTime(), Instant.now(), status));
                if (target.filter(now -> now == to).isPresent()) {
                    answered(update, attempt, answer);
                }
            }
        });
    }

    private void answered(UpdateQueue.Update update, int attempt, @Nullable HttpResponse<String> answer) {
        if (answer != null && answer.statusCode() / 100 == 2) {
            updates.remove(update.id());
            attempts.remove(update.id());
            release(update);
            return;
        }
        lastError = Optional.of(
                answer == null
                        ? "Webhook connection closed"
                        : "Wrong response from the webhook: " + answer.statusCode());
        Target failed = target.orElseThrow();
        timer.after(pause(attempt, answer), () -> {
            synchronized (monitor) {
                if (target.filter(now -> now == failed).isPresent()) {
                    release(update);
                }
            }
        });
    }

    private void release(UpdateQueue.Update update) {
        busy.remove(update.chat());
        deliver();
    }

    private Duration pause(int attempt, @Nullable HttpResponse<String> answer) {
        OptionalLong stated =
                answer == null ? OptionalLong.empty() : answer.headers().firstValueAsLong("Retry-After");
        if (stated.orElse(0) > 0) {
            return Duration.ofSeconds(Math.min(stated.getAsLong(), LONGEST_RETRY_AFTER.toSeconds()));
        }
        return attempt == 1 ? Duration.ZERO : retryPause.multipliedBy(1L << Math.min(attempt - 2, MOST_DOUBLINGS));
    }
}
