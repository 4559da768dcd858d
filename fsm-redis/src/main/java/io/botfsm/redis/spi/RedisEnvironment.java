package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisUri.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the environment variables that say where Redis is. */
final class RedisEnvironment {
    private static final String URL = "REDIS_FSM_URL";
    private static final String HOST = "REDIS_FSM_HOST";
    private static final String PORT = "REDIS_FSM_PORT";
    private static final String DB = "REDIS_FSM_DB";
    private static final String USERNAME = "REDIS_FSM_USERNAME";
    private static final String PASSWORD = "REDIS_FSM_PASSWORD";
    private static final String SENTINEL_USERNAME = "REDIS_FSM_SENTINEL_USERNAME";
    private static final String SENTINEL_PASSWORD = "REDIS_FSM_SENTINEL_PASSWORD";

    /**
     * How Kubernetes announces a Service called {@code redis-fsm}, and Docker a linked container, in {@value #PORT}.
     */
    private static final Pattern ANNOUNCED =
            Pattern.compile("(?i:tcp)://(\\[[^\\[\\]]+\\]|[^:\\[\\]/@]+):(\\d{1,5})/?");

    /** An IPv4 or IPv6 address; a host name has no colon. */
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|.*:.*");

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,20}");

    private static final Logger LOGGER = LoggerFactory.getLogger(RedisEnvironment.class.getPackageName());

    private final Map<String, String> variables;
    private final List<String> ignored = new ArrayList<>();

    private RedisEnvironment(Map<String, String> variables) {
        this.variables = variables;
    }

    static RedisUri uri(Map<String, String> variables) {
        RedisEnvironment environment = new RedisEnvironment(variables);
        return environment.get(URL).map(environment::ofUrl).orElseGet(environment::ofParts);
    }

    private RedisUri ofUrl(String url) {
        RedisUri uri = parsed(url);
        RedisUri.Builder complete = uri.toBuilder();
        ignore(HOST, PORT, DB);
        if (uri.password().isPresent()) {
            ignore(USERNAME, PASSWORD);
        } else {
            credentials(complete);
        }
        if (uri.sentinelPassword().isPresent() || uri.masterName().isEmpty()) {
            ignore(SENTINEL_USERNAME, SENTINEL_PASSWORD);
        } else {
            read(SENTINEL_USERNAME, SENTINEL_PASSWORD, complete::sentinelCredentials, complete::sentinelPassword);
        }
        if (!ignored.isEmpty()) {
            LOGGER.warn("Ignoring {} because {} is set", String.join(", ", ignored), URL);
        }
        return complete.build();
    }

    private static RedisUri parsed(String url) {
        try {
            return RedisUri.parse(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(URL + ": " + e.getMessage(), e);
        }
    }

    private void ignore(String... names) {
        for (String name : names) {
            if (get(name).isPresent()) {
                ignored.add(name);
            }
        }
    }

    private RedisUri ofParts() {
        Node server = announced().orElseGet(() -> new Node(host(), number(PORT, RedisUri.DEFAULT_PORT, 1, 65_535)));
        RedisUri.Builder uri = RedisUri.builder().database(number(DB, 0, 0, Integer.MAX_VALUE));
        try {
            uri.node(server.host(), server.port());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(HOST + ": " + e.getMessage(), e);
        }
        credentials(uri);
        for (String name : List.of(SENTINEL_USERNAME, SENTINEL_PASSWORD)) {
            if (get(name).isPresent()) {
                throw new IllegalArgumentException(name + " is set, but " + URL
                        + " names no Sentinels; it must look like redis-sentinel://host1,host2#master");
            }
        }
        return uri.build();
    }

    private String host() {
        return get(HOST).map(String::strip).orElse("localhost");
    }

    /**
     * Returns the server, if {@value #PORT} announces one. If a host is set as well and is a name, it is probably that
     * of the Service, and the announced port applies; if it is another address, it is another server, to which the
     * announcement does not apply.
     */
    private Optional<Node> announced() {
        Matcher announced = ANNOUNCED.matcher(get(PORT).orElse("").strip());
        if (!announced.matches()) {
            return Optional.empty();
        }
        Node service = new Node(announced.group(1), number(PORT, announced.group(2), 1, 65_535));
        if (get(HOST).isEmpty()) {
            LOGGER.info("{} announces the server {}", PORT, service);
            return Optional.of(service);
        }
        Node chosen = new Node(host(), service.port());
        if (chosen.equals(service) || !ADDRESS.matcher(chosen.host()).matches()) {
            LOGGER.info("Using port {}, which {} announces, for {}", service.port(), PORT, HOST);
            return Optional.of(chosen);
        }
        LOGGER.warn(
                "Ignoring {}, which announces an address other than {}, and using port {}; to choose another port,"
                        + " set {} to a plain number",
                PORT,
                HOST,
                RedisUri.DEFAULT_PORT,
                PORT);
        return Optional.of(new Node(chosen.host(), RedisUri.DEFAULT_PORT));
    }

    private void credentials(RedisUri.Builder uri) {
        read(USERNAME, PASSWORD, uri::credentials, uri::password);
    }

    private void read(
            String username, String password, BiConsumer<String, String> credentials, Consumer<String> passwordAlone) {
        Optional<String> secret = get(password);
        if (get(username).isPresent() && secret.isEmpty()) {
            throw new IllegalArgumentException(username + " is set, but " + password + " is not");
        }
        secret.ifPresent(text -> get(username)
                .ifPresentOrElse(name -> credentials.accept(name, text), () -> passwordAlone.accept(text)));
    }

    private int number(String variable, int standard, int lowest, int highest) {
        return get(variable)
                .map(text -> number(variable, text.strip(), lowest, highest))
                .orElse(standard);
    }

    private static int number(String variable, String text, int lowest, int highest) {
        try {
            int number = Integer.parseInt(text);
            if (number >= lowest && number <= highest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, like a number out of range
        }
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s must be a whole number between %d and %d: \"%s\"",
                variable,
                lowest,
                highest,
                NUMBER.matcher(text).matches() ? text : "***")); // perhaps credentials
    }

    private Optional<String> get(String variable) {
        return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isBlank());
    }
}
