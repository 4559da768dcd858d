package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Provides users, faults and records over HTTP, for tests in another process and for curl. */
final class UserApi implements HttpHandler {
    static final List<String> PATHS = List.of("/users/", "/updates", "/faults", "/polls", "/requests");

    private static final Pattern USER = Pattern.compile("/users/([1-9]\\d{0,17})/([a-z]+)");
    private static final BotApiResponse NOT_FOUND = BotApiResponse.error(404, "Not Found");
    private static final int LONGEST_AWAIT_SECONDS = 60;

    private final BotApiDouble bot;
    private final DelayedTasks timer;
    private final ResponseSender answers;

    UserApi(BotApiDouble bot, DelayedTasks timer, ResponseSender answers) {
        this.bot = bot;
        this.timer = timer;
        this.answers = answers;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        CompletionStage<BotApiResponse> answer;
        try {
            Parameters parameters = Parameters.of(exchange);
            answer = route(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), parameters);
        } catch (RequestRefusedException e) {
            answer = CompletableFuture.completedStage(e.answer());
        } catch (IllegalStateException | IllegalArgumentException e) {
            answer = CompletableFuture.completedStage(BotApiResponse.error(400, String.valueOf(e.getMessage())));
        }
        answers.whenReady(answer, ready -> answers.send(exchange, ready));
    }

    private CompletionStage<BotApiResponse> route(String verb, String path, Parameters parameters) {
        Matcher user = USER.matcher(path);
        if (user.matches()) {
            return ofUser(bot.user(Long.parseLong(user.group(1))), verb + " " + user.group(2), parameters);
        }
        return CompletableFuture.completedStage(
                switch (verb + " " + path) {
                    case "POST /updates" -> update(bot.deliver(parameters.toJson()));
                    case "POST /faults" -> plan(parameters);
                    case "DELETE /faults" -> clearFaults();
                    case "GET /polls" -> list(bot.polls(), UserApi::json);
                    case "GET /requests" -> list(bot.requests(), UserApi::json);
                    default -> NOT_FOUND;
                });
    }

    private CompletionStage<BotApiResponse> ofUser(TelegramUser user, String action, Parameters parameters) {
        if (action.equals("GET replies")) {
            return replies(user, parameters);
        }
        return CompletableFuture.completedStage(
                switch (action) {
                    case "POST say" -> update(user.says(required(parameters, "text")));
                    case "POST press" -> update(user.presses(required(parameters, "button")));
                    case "POST edit" ->
                        update(user.edits(
                                Long.parseLong(required(parameters, "message_id")), required(parameters, "text")));
                    case "POST block" -> block(user, true);
                    case "POST unblock" -> block(user, false);
                    case "GET messages" -> list(user.messages(), UserApi::json);
                    default -> NOT_FOUND;
                });
    }

    /** Returns the replies when there are {@code count}, or those that there are after {@code timeout} seconds. */
    private CompletionStage<BotApiResponse> replies(TelegramUser user, Parameters parameters) {
        int count = parameters.clamped("count", 0, 0, Integer.MAX_VALUE);
        int timeout = parameters.clamped("timeout", 10, 0, LONGEST_AWAIT_SECONDS);
        CompletableFuture<List<ShownMessage>> replies = user.chat().replies(shown -> shown.size() >= count);
        if (!replies.isDone()) {
            timer.after(Duration.ofSeconds(timeout), () -> {
                user.chat().forget(replies);
                replies.complete(user.replies());
            });
        }
        return replies.thenApply(messages -> list(messages, UserApi::json));
    }

    private static BotApiResponse block(TelegramUser user, boolean blocks) {
        if (blocks) {
            user.blocks();
        } else {
            user.unblocks();
        }
        return BotApiResponse.TRUE;
    }

    private BotApiResponse plan(Parameters parameters) {
        bot.next(
                parameters.text("method").orElse(Faults.ANY),
                parameters.clamped("times", 1, 0, Integer.MAX_VALUE),
                fault(parameters));
        return BotApiResponse.TRUE;
    }

    private static Fault fault(Parameters parameters) {
        Optional<Long> retryAfter = parameters.number("retry_after");
        if (retryAfter.isPresent()) {
            return Fault.tooManyRequests(Math.toIntExact(retryAfter.get()));
        }
        Optional<Long> delay = parameters.number("delay_millis");
        if (delay.isPresent()) {
            return Fault.delay(Duration.ofMillis(delay.get()));
        }
        Optional<String> drop = parameters.text("drop");
        if (drop.isPresent()) {
            return switch (drop.get()) {
                case "before" -> Fault.dropBefore();
                case "after" -> Fault.dropAfter();
                default -> throw new IllegalArgumentException("drop is before or after, not " + drop.get());
            };
        }
        int status = Math.toIntExact(parameters.number("status").orElse(502L));
        return Fault.status(status, parameters.text("description").orElse("Bad Gateway"));
    }

    private BotApiResponse clearFaults() {
        bot.clearFaults();
        return BotApiResponse.TRUE;
    }

    private static String required(Parameters parameters, String name) {
        return parameters.text(name).orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
    }

    private static BotApiResponse update(OptionalLong id) {
        ObjectNode result = Json.object();
        id.ifPresent(known -> result.put("update_id", known));
        return BotApiResponse.ok(result);
    }

    /** One entry as JSON. */
    private interface ToJson<T> {
        JsonNode json(T entry);
    }

    private static <T> BotApiResponse list(List<T> entries, ToJson<T> toJson) {
        ArrayNode result = Json.array();
        entries.forEach(entry -> result.add(toJson.json(entry)));
        return BotApiResponse.ok(result);
    }

    private static JsonNode json(ShownMessage message) {
        ObjectNode json = Json.object()
                .put("message_id", message.messageId())
                .put("from_bot", message.fromBot())
                .put("text", message.text())
                .put("date", message.sent().getEpochSecond());
        message.edited().ifPresent(when -> json.put("edit_date", when.getEpochSecond()));
        message.thread().ifPresent(thread -> json.put("message_thread_id", thread));
        if (!message.keyboard().isEmpty()) {
            ArrayNode rows = json.putArray("keyboard");
            message.keyboard().forEach(row -> {
                ArrayNode buttons = rows.addArray();
                row.forEach(button -> buttons.add(json(button)));
            });
        }
        return json;
    }

    private static JsonNode json(Button button) {
        ObjectNode json = Json.object().put("text", button.text());
        button.data().ifPresent(data -> json.put("data", data));
        button.url().ifPresent(url -> json.put("url", url));
        return json;
    }

    private static JsonNode json(Poll poll) {
        ObjectNode json = Json.object()
                .put("poller", poll.poller())
                .put("connection", poll.connection())
                .put("offset", poll.offset())
                .put("limit", poll.limit())
                .put("timeout", poll.timeout())
                .put("begun_nanos", poll.begunNanos())
                .put("begun", poll.begun().toString())
                .put("answered", poll.answered())
                .put("outcome", poll.outcome().name());
        poll.userAgent().ifPresent(agent -> json.put("user_agent", agent));
        poll.endedNanos().ifPresent(end -> json.put("ended_nanos", end));
        poll.ended().ifPresent(end -> json.put("ended", end.toString()));
        poll.firstUpdate().ifPresent(id -> json.put("first_update", id));
        return json;
    }

    private static JsonNode json(BotRequest request) {
        ObjectNode json = Json.object()
                .put("method", request.method())
                .put("parameters", request.parameters())
                .put("poller", request.poller())
                .put("connection", request.connection())
                .put("begun_nanos", request.begunNanos())
                .put("begun", request.begun().toString())
                .put("ended_nanos", request.endedNanos())
                .put("ended", request.ended().toString())
                .put("status", request.status());
        request.userAgent().ifPresent(agent -> json.put("user_agent", agent));
        return json;
    }
}
