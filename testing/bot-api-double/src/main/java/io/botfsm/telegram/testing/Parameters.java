package io.botfsm.telegram.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parameters of a request, whichever of the four ways they came: query string, form, multipart or JSON. */
final class Parameters {
    private final ObjectNode values;

    private Parameters(ObjectNode values) {
        this.values = values;
    }

    static Parameters of(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String type = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"))
                .orElse("");
        return of(exchange.getRequestURI().getRawQuery(), type, body);
    }

    static Parameters of(@Nullable String query, String contentType, byte[] body) {
        ObjectNode values = Json.object();
        if (query != null) {
            form(query, values);
        }
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.startsWith("application/json")) {
            json(new String(body, StandardCharsets.UTF_8), values);
        } else if (type.startsWith("multipart/form-data")) {
            Multipart.of(contentType, body).forEach(values::put);
        } else {
            form(new String(body, StandardCharsets.UTF_8), values);
        }
        return new Parameters(values);
    }

    private static void json(String body, ObjectNode values) {
        if (body.isBlank()) {
            return;
        }
        try {
            if (!(Json.parse(body) instanceof ObjectNode object)) {
                throw RequestRefusedException.badRequest("object expected as JSON");
            }
            values.setAll(object);
        } catch (JsonProcessingException e) {
            throw RequestRefusedException.badRequest("can't parse JSON object");
        }
    }

    private static void form(String text, ObjectNode values) {
        for (String pair : text.split("&", 0)) {
            int sign = pair.indexOf('=');
            if (sign > 0) {
                values.put(decoded(pair.substring(0, sign)), decoded(pair.substring(sign + 1)));
            }
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.badRequest("can't decode the form");
        }
    }

    Optional<String> text(String name) {
        JsonNode value = values.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    Optional<Long> number(String name) {
        return text(name).filter(value -> !value.isBlank()).map(value -> {
            try {
                return Long.parseLong(value.strip());
            } catch (NumberFormatException e) {
                throw RequestRefusedException.badRequest("parameter \"" + name + "\" must be a number");
            }
        });
    }

    /** A number clamped to a range, as Telegram does it silently. */
    int clamped(String name, int otherwise, int least, int most) {
        return (int) Math.min(Math.max(number(name).orElse((long) otherwise), least), most);
    }

    boolean flag(String name) {
        return text(name)
                .map(value -> value.equalsIgnoreCase("true") || value.equals("1"))
                .orElse(false);
    }

    /** An object or array; in a form it is JSON text. */
    Optional<JsonNode> tree(String name) {
        JsonNode value = values.path(name);
        if (value.isContainerNode()) {
            return Optional.of(value);
        }
        return text(name).filter(text -> !text.isBlank()).map(text -> {
            try {
                return Json.parse(text);
            } catch (JsonProcessingException e) {
                throw RequestRefusedException.badRequest("can't parse " + name + " JSON object");
            }
        });
    }

    /** All of them as a JSON object. */
    String toJson() {
        return Json.write(values);
    }
}
