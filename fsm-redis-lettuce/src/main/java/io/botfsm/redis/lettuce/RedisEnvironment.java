package io.botfsm.redis.lettuce;

import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where Redis is, from environment variables: {@code REDIS_FSM_URL} alone, or {@code REDIS_FSM_HOST}, {@code _PORT},
 * {@code _DB}, {@code _USERNAME} and {@code _PASSWORD}. An empty variable counts as absent.
 */
final class RedisEnvironment {
    private static final String URL = "REDIS_FSM_URL";
    private static final String HOST = "REDIS_FSM_HOST";
    private static final String PORT = "REDIS_FSM_PORT";
    private static final String DB = "REDIS_FSM_DB";
    private static final String USERNAME = "REDIS_FSM_USERNAME";
    private static final String PASSWORD = "REDIS_FSM_PASSWORD";

    private final Map<String, String> variables;

    private RedisEnvironment(Map<String, String> variables) {
        this.variables = variables;
    }

    static RedisURI uri(Map<String, String> variables) {
        RedisEnvironment environment = new RedisEnvironment(variables);
        return environment.get(URL).map(environment::ofUrl).orElseGet(environment::ofParts);
    }

    private RedisURI ofUrl(String url) {
        for (String part : List.of(HOST, PORT, DB, USERNAME, PASSWORD)) {
            if (get(part).isPresent()) {
                throw new IllegalArgumentException("%s contradicts %s: set one of them".formatted(URL, part));
            }
        }
        try {
            return RedisAddress.parse(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(URL + ": " + e.getMessage(), e);
        }
    }

    private RedisURI ofParts() {
        RedisURI uri = RedisURI.create(get(HOST).orElse("localhost"), number(PORT, 6379, 1, 65_535));
        uri.setDatabase(number(DB, 0, 0, Integer.MAX_VALUE));
        Optional<String> password = get(PASSWORD);
        if (get(USERNAME).isPresent() && password.isEmpty()) {
            throw new IllegalArgumentException(USERNAME + " is set, but " + PASSWORD + " is not");
        }
        RedisURI.Builder builder = RedisURI.builder(uri);
        password.ifPresent(secret -> get(USERNAME)
                .ifPresentOrElse(
                        name -> builder.withAuthentication(name, secret.toCharArray()),
                        () -> builder.withPassword(secret.toCharArray())));
        return builder.build();
    }

    private int number(String variable, int standard, int lowest, int highest) {
        String text = get(variable).orElse(Integer.toString(standard));
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= lowest && number <= highest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, like a number out of range
        }
        throw new IllegalArgumentException(
                "%s must be a whole number between %d and %d: \"%s\"".formatted(variable, lowest, highest, text));
    }

    private Optional<String> get(String variable) {
        return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isBlank());
    }
}
