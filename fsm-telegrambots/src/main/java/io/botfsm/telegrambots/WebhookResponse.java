package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * The response of a webhook, without a body.
 *
 * @param status the HTTP status: 200 if the update is confirmed; otherwise Telegram redelivers it
 * @param retryAfter the value of the header {@code Retry-After}, in whole seconds; if empty, Telegram decides when to
 *     redeliver
 */
public record WebhookResponse(int status, Optional<Duration> retryAfter) {
    static final WebhookResponse OK = of(200);
    static final WebhookResponse BAD_REQUEST = of(400);
    static final WebhookResponse UNAUTHORIZED = of(401);
    static final WebhookResponse TOO_LARGE = of(413);
    static final WebhookResponse FAILED = of(500);

    /** Checks that nothing is null. */
    public WebhookResponse {
        requireNonNull(retryAfter, "retryAfter");
    }

    private static WebhookResponse of(int status) {
        return new WebhookResponse(status, Optional.empty());
    }

    static WebhookResponse unavailable(Duration wait) {
        return new WebhookResponse(503, Optional.of(wait));
    }
}
