package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/** A response of the Bot API: its HTTP status and its JSON text. */
record BotApiResponse(int status, String body) {
    /** No response: the connection is closed. */
    static final BotApiResponse DROPPED = new BotApiResponse(BotRequest.DROPPED, "");

    static final BotApiResponse TRUE = okText("true");

    static BotApiResponse ok(JsonNode result) {
        return okText(Json.write(result));
    }

    static BotApiResponse okText(String result) {
        return new BotApiResponse(200, "{\"ok\":true,\"result\":" + result + "}");
    }

    static BotApiResponse error(int status, String description) {
        return error(status, description, OptionalInt.empty());
    }

    static BotApiResponse error(int status, String description, OptionalInt retryAfter) {
        ObjectNode body = Json.object();
        body.put("ok", false).put("error_code", status).put("description", description);
        retryAfter.ifPresent(seconds -> body.putObject("parameters").put("retry_after", seconds));
        return new BotApiResponse(status, Json.write(body));
    }
}
