package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A bot that speaks plain HTTP to the double. */
final class BotClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BotApiDouble bot;
    private final String name;

    BotClient(BotApiDouble bot, String name) {
        this.bot = bot;
        this.name = name;
    }

    record Reply(int status, JsonNode body) {
        String description() {
            return body.path("description").asText();
        }

        JsonNode result() {
            return body.path("result");
        }

        List<Long> updateIds() {
            List<Long> ids = new ArrayList<>();
            result().forEach(update -> ids.add(update.path("update_id").asLong()));
            return ids;
        }
    }

    /** Calls a method with parameters given as name, value, name, value. */
    Reply call(String method, Object... parameters) {
        return await(callAsync(method, parameters));
    }

    CompletableFuture<Reply> callAsync(String method, Object... parameters) {
        return post("/bot" + bot.token() + "/" + method, parameters);
    }

    CompletableFuture<Reply> post(String path, Object... parameters) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < parameters.length; i += 2) {
            form.append('&').append(parameters[i]).append('=').append(encoded(parameters[i + 1]));
        }
        return send(HttpRequest.newBuilder(bot.uri().resolve(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.toString())));
    }

    Reply get(String path) {
        return await(send(HttpRequest.newBuilder(URI.create(bot.uri() + path))));
    }

    Reply postAs(String contentType, String method, String body) {
        return await(send(HttpRequest.newBuilder(bot.uri().resolve("/bot" + bot.token() + "/" + method))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))));
    }

    CompletableFuture<Reply> send(HttpRequest.Builder request) {
        return http.sendAsync(
                        request.header("X-Poller", name)
                                .timeout(Duration.ofSeconds(60))
                                .build(),
                        BodyHandlers.ofString())
                .thenApply(BotClient::reply);
    }

    static Reply await(CompletableFuture<Reply> reply) {
        return reply.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static Reply reply(HttpResponse<String> response) {
        try {
            return new Reply(response.statusCode(), MAPPER.readTree(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String encoded(Object value) {
        return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8);
    }
}
