package io.botfsm.telegrambots;

import static java.net.http.HttpRequest.BodyPublishers.ofByteArray;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls {@code getUpdates}, the only method of the Bot API that a poller needs. Nothing that it returns contains the
 * token. Thread-safe.
 */
final class GetUpdatesClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** How much longer than a long poll an answer may take. */
    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(10);

    private static final JsonMapper JSON = new JsonMapper();

    private final BotToken token;
    private final URI address;
    private volatile HttpClient http = newHttpClient();

    /** @throws IllegalArgumentException if the address is not valid */
    GetUpdatesClient(URI server, BotToken token) {
        this.token = token;
        this.address = URI.create(server.toString().replaceFirst("/+$", "") + "/bot" + token.value() + "/getUpdates");
        HttpClientLog.warnIfItShowsTheToken();
    }

    /** Returns host and port, for the log. */
    String server() {
        return address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }

    /** Uses HTTP/1.1, in which cancelling a request closes its connection: only that ends a poll at the server. */
    private static HttpClient newHttpClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /**
     * Starts a call for updates.
     *
     * @param offset confirms all updates below it; if empty, nothing is confirmed
     * @param wait how long the server may wait for the first update
     * @param allowed the kinds of updates; always sent, since Telegram would otherwise use those of the last call by
     *     any poller
     */
    Call getUpdates(OptionalLong offset, int limit, Duration wait, List<String> allowed) {
        ObjectNode parameters = JSON.createObjectNode().put("limit", limit).put("timeout", wait.toSeconds());
        offset.ifPresent(lowest -> parameters.put("offset", lowest));
        ArrayNode kinds = parameters.putArray("allowed_updates");
        allowed.forEach(kinds::add);
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(ofByteArray(parameters.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .build();
        return new Call(http.sendAsync(request, BodyHandlers.ofByteArray()), wait.plus(ANSWER_MARGIN));
    }

    /** A call that was started. */
    final class Call {
        private final CompletableFuture<HttpResponse<byte[]>> response;
        private final CompletableFuture<HttpResponse<byte[]>> inTime;

        private Call(CompletableFuture<HttpResponse<byte[]>> response, Duration timeout) {
            this.response = response;
            this.inTime = response.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** Closes the connection, and ends {@link #await}. */
        void cancel() {
            response.cancel(true);
        }

        /** Whether {@link #await} returns at once. */
        boolean isDone() {
            return inTime.isDone();
        }

        void whenDone(Runnable then) {
            var unused = inTime.whenComplete((done, failure) -> then.run());
        }

        GetUpdatesResult await() throws InterruptedException {
            return await(Duration.ofDays(1)); // never reached: the call has its own timeout
        }

        /** Waits for at most this time, and then closes the connection. */
        GetUpdatesResult await(Duration timeout) throws InterruptedException {
            try {
                return parsed(inTime.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
            } catch (ExecutionException e) {
                if (e.getCause() instanceof CancellationException) {
                    return new GetUpdatesResult.Broken("cancelled");
                }
                boolean late = e.getCause() instanceof TimeoutException;
                if (!(e.getCause() instanceof ConnectException)) {
                    http = newHttpClient(); // if the old client's thread has died, none of its calls succeeds again
                }
                return new GetUpdatesResult.Broken(late ? "timed out" : token.masked(String.valueOf(e.getCause())));
            } catch (TimeoutException e) {
                return new GetUpdatesResult.Broken("cancelled");
            } finally {
                response.cancel(true);
            }
        }
    }

    private GetUpdatesResult parsed(HttpResponse<byte[]> response) {
        try {
            JsonNode body = JSON.readTree(response.body());
            if (body.path("ok").asBoolean() && body.path("result").isArray()) {
                return updates(body.get("result"));
            }
            if (body.path("error_code").isInt()) {
                return refused(body);
            }
        } catch (JsonProcessingException e) {
            // a proxy's page, for instance
        } catch (IOException e) {
            throw new IllegalStateException("there is no I/O", e);
        }
        return new GetUpdatesResult.Broken(
                String.format(Locale.ROOT, "HTTP status %d without a response of Telegram", response.statusCode()));
    }

    private static GetUpdatesResult updates(JsonNode result) {
        List<ReceivedUpdate> updates = new ArrayList<>(result.size());
        for (JsonNode update : result) {
            if (!update.path("update_id").isIntegralNumber()) {
                return new GetUpdatesResult.Broken("an update without an id");
            }
            updates.add(ReceivedUpdate.of(update));
        }
        return new GetUpdatesResult.Updates(updates);
    }

    private GetUpdatesResult refused(JsonNode body) {
        JsonNode retryAfter = body.path("parameters").path("retry_after");
        return new GetUpdatesResult.Refused(
                body.get("error_code").intValue(),
                token.masked(body.path("description").asText()),
                retryAfter.isNumber() ? Optional.of(RetryAfter.of(retryAfter.doubleValue())) : Optional.empty());
    }
}
