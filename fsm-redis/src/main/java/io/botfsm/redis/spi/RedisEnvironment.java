package io.botfsm.redis.spi;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the environment variables that say where Redis is. */
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

    static RedisUri uri(Map<String, String> variables) {
        RedisEnvironment environment = new RedisEnvironment(variables);
        return environment.get(URL).map(environment::ofUrl).orElseGet(environment::ofParts);
    }

    private RedisUri ofUrl(String url) {
        for (String part : List.of(HOST, PORT, DB, USERNAME, PASSWORD)) {
            if (get(part).isPresent()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "%s contradicts %s: set one of them", URL, part));
            }
        }
        try {
            return RedisUri.parse(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(URL + ": " + e.getMessage(), e);
        }
    }

    private RedisUri ofParts() {
        RedisUri.Builder uri = RedisUri.builder()
                .node(get(HOST).orElse("localhost"), number(PORT, RedisUri.DEFAULT_PORT, 1, 65_535))
                .database(number(DB, 0, 0, Integer.MAX_VALUE));
        Optional<String> password = get(PASSWORD);
        if (get(USERNAME).isPresent() && password.isEmpty()) {
            throw new IllegalArgumentException(USERNAME + " is set, but " + PASSWORD + " is not");
        }
        password.ifPresent(secret ->
                get(USERNAME).ifPresentOrElse(name -> uri.credentials(name, secret), () -> uri.password(secret)));
        return uri.build();
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
        throw new IllegalArgumentException(String.format(
                Locale.ROOT, "%s must be a whole number between %d and %d: \"%s\"", variable, lowest, highest, text));
    }

    private Optional<String> get(String variable) {
        return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isBlank());
    }
}
