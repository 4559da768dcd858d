package io.botfsm.telegram.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/** An answer of the Bot API: its HTTP status and its JSON text. */
record Answer(int status, String body) {
    /** None: the connection is closed. */
    static final Answer DROPPED = new Answer(BotRequest.DROPPED, "");

    static final Answer TRUE = okText("true");

    static Answer ok(JsonNode result) {
        return okText(Json.write(result));
    }

    static Answer okText(String result) {
        return new Answer(200, "{\"ok\":true,\"result\":" + result + "}");
    }

    static Answer error(int status, String description) {
        return error(status, description, OptionalInt.empty());
    }

    static Answer error(int status, String description, OptionalInt retryAfter) {
        ObjectNode body = Json.object();
        body.put("ok", false).put("error_code", status).put("description", description);
        retryAfter.ifPresent(seconds -> body.putObject("parameters").put("retry_after", seconds));
        return new Answer(status, Json.write(body));
    }
}
