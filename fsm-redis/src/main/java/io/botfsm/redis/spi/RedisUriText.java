package io.botfsm.redis.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisUri.PeerCheck;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one Redis URI. Its errors have no cause, since a parser's message quotes what it read. */
final class RedisUriText {
    private static final Pattern KNOWN = Pattern.compile("(rediss?)(-sentinel|-socket)?");
    private static final Pattern AUTHORITY = Pattern.compile("(?<=://)[^/?#]*");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[^\\[\\]]+)?\\]");

    /** The scheme, and the hosts with their ports: all that may be shown of a URI that cannot be parsed. */
    private static final Pattern SHOWN = Pattern.compile("(?<scheme>rediss?(?:-sentinel|-socket)?:(?://)?)"
            + "(?:(?<=//)(?<credentials>[^/?#]*@)?(?<hosts>HOST(?:,HOST)*)(?=[/?#]|$))?"
                    .replace("HOST", "(?:[\\w.-]+|\\[[0-9A-Fa-f:.]+\\])(?::\\d{1,5})?"));

    private static final Pattern NODE = Pattern.compile("(?:\\[([^\\[\\]]+)\\]|([^:\\[\\]]+))(?::(\\d{1,9}))?");
    private static final Pattern DATABASE = Pattern.compile("/?|/(\\d{1,9})");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
    private static final Pattern TIMEOUT = Pattern.compile("(\\d{1,9})(ms|s|m|h)?");
    private static final Map<String, ChronoUnit> UNITS =
            Map.of("ms", ChronoUnit.MILLIS, "s", ChronoUnit.SECONDS, "m", ChronoUnit.MINUTES, "h", ChronoUnit.HOURS);
    private static final String FORM =
            "it must have the form redis://user:password@host:port/database, characters such as"
                    + " @ / # % in a password percent-encoded, an IPv6 address in brackets";

    private final String text;
    private final RedisUri.Builder builder = RedisUri.builder();
    private Optional<String> sentinelUser = Optional.empty();
    private Optional<String> sentinelPassword = Optional.empty();

    private RedisUriText(String text) {
        this.text = text;
    }

    static RedisUri parse(String text) {
        return new RedisUriText(text.strip()).parsed();
    }

    private RedisUri parsed() {
        URI uri = uri();
        Matcher scheme = KNOWN.matcher(String.valueOf(uri.getScheme()));
        if (!scheme.matches()) {
            throw invalid("it must begin with redis://, rediss://, redis-sentinel:// or redis-socket://");
        }
        String kind = scheme.group(2) == null ? "" : scheme.group(2);
        builder.tls(scheme.group(1).equals("rediss"));
        String authority = authority();
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            credentials(authority.substring(0, at));
        }
        String hosts = authority.substring(at + 1);
        switch (kind) {
            case "-socket" -> socket(hosts, uri);
            case "-sentinel" -> sentinels(hosts, uri);
            default -> servers(hosts, uri);
        }
        if (uri.getRawQuery() != null) {
            Arrays.stream(uri.getRawQuery().split("&", -1)).forEach(this::parameter);
        }
        sentinelCredentials(kind);
        return builder.build();
    }

    private String authority() {
        Matcher authority = AUTHORITY.matcher(text);
        return authority.find() ? authority.group() : "";
    }

    /**
     * {@link URI} accepts an IPv6 address only as a single host, so such addresses are replaced before it parses the
     * rest.
     */
    @SuppressWarnings("UnusedException") // its message quotes the URI
    private URI uri() {
        String authority = authority();
        int hosts = authority.lastIndexOf('@') + 1;
        String named = authority.substring(0, hosts)
                + IPV6.matcher(authority.substring(hosts)).replaceAll("ipv6");
        try {
            return new URI(
                    text.replaceFirst(Pattern.quote("://" + authority), Matcher.quoteReplacement("://" + named)));
        } catch (URISyntaxException e) {
            throw invalid(FORM);
        }
    }

    private void credentials(String raw) {
        int colon = raw.indexOf(':');
        String user = decoded(raw.substring(0, Math.max(0, colon)));
        String password = decoded(raw.substring(colon + 1));
        if (!user.isEmpty() && password.isEmpty()) {
            throw invalid("it names a user but no password");
        }
        if (!user.isEmpty()) {
            builder.credentials(user, password);
        } else if (!password.isEmpty()) {
            builder.password(password);
        }
    }

    private void sentinelCredentials(String kind) {
        if ((sentinelUser.isPresent() || sentinelPassword.isPresent()) && !kind.equals("-sentinel")) {
            throw invalid("sentinelUsername and sentinelPassword are for redis-sentinel:// only");
        }
        if (sentinelUser.isPresent() && sentinelPassword.isEmpty()) {
            throw invalid("it has the parameter sentinelUsername but no sentinelPassword");
        }
        sentinelPassword.ifPresent(secret -> sentinelUser.ifPresentOrElse(
                name -> builder.sentinelCredentials(name, secret), () -> builder.sentinelPassword(secret)));
    }

    private void socket(String hosts, URI uri) {
        if (!hosts.isEmpty() || uri.getPath() == null || uri.getPath().length() < 2) {
            throw invalid("a socket has the form redis-socket:///path");
        }
        refuseFragment(uri);
        builder.socket(uri.getPath());
    }

    private void sentinels(String hosts, URI uri) {
        nodes(hosts, RedisUri.DEFAULT_SENTINEL_PORT);
        database(uri);
        if (uri.getFragment() == null || uri.getFragment().isEmpty()) {
            throw invalid("it names no master, as in redis-sentinel://host1,host2/1#master");
        }
        builder.masterName(uri.getFragment());
    }

    private void servers(String hosts, URI uri) {
        nodes(hosts, RedisUri.DEFAULT_PORT);
        database(uri);
        refuseFragment(uri);
    }

    private void refuseFragment(URI uri) {
        if (uri.getRawFragment() != null) {
            throw invalid(FORM);
        }
    }

    private void nodes(String hosts, int standardPort) {
        if (hosts.isEmpty()) {
            throw invalid("it names no host");
        }
        for (String host : hosts.split(",", -1)) {
            node(host, standardPort);
        }
    }

    private void node(String text, int standardPort) {
        Matcher node = NODE.matcher(text);
        if (!node.matches()) {
            throw invalid(FORM);
        }
        int port = node.group(3) == null ? standardPort : Integer.parseInt(node.group(3));
        if (port < 1 || port > 65_535) {
            throw invalid("the port must be between 1 and 65535");
        }
        builder.node(
                Optional.ofNullable(node.group(1)).map(RedisUriText::address).orElseGet(() -> node.group(2)), port);
    }

    /** The {@code %} before a zone is percent-encoded in a URI (RFC 6874), but many write it as it is. */
    private static String address(String ipv6) {
        return ipv6.replaceFirst("%25(?=.)", "%");
    }

    private void database(URI uri) {
        Matcher database = DATABASE.matcher(uri.getPath() == null ? "" : uri.getPath());
        if (!database.matches()) {
            throw invalid("the database must be a whole number");
        }
        if (database.group(1) != null) {
            builder.database(Integer.parseInt(database.group(1)));
        }
    }

    private void parameter(String parameter) {
        int equals = parameter.indexOf('=');
        String value = decoded(parameter.substring(equals + 1));
        switch (parameter.substring(0, Math.max(0, equals))) {
            case "timeout" -> timeout(value);
            case "database" -> {
                if (!WHOLE.matcher(value).matches()) {
                    throw invalid("the database must be a whole number");
                }
                builder.database(Integer.parseInt(value));
            }
            case "verifyPeer" -> peerCheck(value);
            case "sentinelUsername" -> sentinelUser = nonEmpty(value);
            case "sentinelPassword" -> sentinelPassword = nonEmpty(value);
            default ->
                throw invalid("it may have the parameters timeout, database and verifyPeer, for Sentinels also"
                        + " sentinelUsername and sentinelPassword");
        }
    }

    private static Optional<String> nonEmpty(String value) {
        return Optional.of(value).filter(some -> !some.isEmpty());
    }

    private void timeout(String value) {
        Matcher timeout = TIMEOUT.matcher(value);
        if (!timeout.matches() || Long.parseLong(timeout.group(1)) == 0) {
            throw invalid("the timeout must be positive, such as 5s or 500ms");
        }
        String unit = timeout.group(2) == null ? "ms" : timeout.group(2);
        builder.timeout(Duration.of(Long.parseLong(timeout.group(1)), UNITS.get(unit)));
    }

    private void peerCheck(String value) {
        builder.peerCheck(Arrays.stream(PeerCheck.values())
                .filter(check -> check.name().equalsIgnoreCase(value))
                .findAny()
                .orElseThrow(() -> invalid("verifyPeer must be FULL, CA or NONE")));
    }

    private static String decoded(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), UTF_8);
    }

    private IllegalArgumentException invalid(String why) {
        return new IllegalArgumentException(String.format(Locale.ROOT, "Redis URI \"%s\": %s", masked(text), why));
    }

    /** Any part that cannot be parsed may be a password, so only scheme, hosts and ports are shown. */
    private static String masked(String uri) {
        Matcher readable = SHOWN.matcher(uri);
        if (!readable.lookingAt()) {
            return "***";
        }
        String rest = uri.substring(readable.end());
        String hosts = readable.group("hosts");
        boolean named = hosts != null && !rest.contains("@"); // otherwise all before it may be a password
        String credentials = readable.group("credentials") == null ? "" : "***@";
        return readable.group("scheme") + (named ? credentials + hosts + (rest.isEmpty() ? "" : "***") : "***");
    }
}
