package io.botfsm.redis.lettuce;

import io.lettuce.core.RedisURI;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Redis URIs, and names servers without credentials. */
final class RedisAddress {
    private static final Set<String> SCHEMES =
            Set.of("redis", "rediss", "redis-socket", "redis+socket", "redis+ssl", "redis+tls");
    private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*):");
    private static final Pattern HOST_AND_PORT = Pattern.compile("([^:]+):(\\d{1,9})");
    private static final Pattern DATABASE = Pattern.compile("/?|/\\d{1,9}");
    private static final String FORM =
            "it must have the form redis://user:password@host:port/database, characters such as"
                    + " @ / # % in a password percent-encoded";

    private RedisAddress() {}

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException if it cannot be read or is not of one server; the message holds no credentials, and
     *     there is no cause, since a parser's message quotes what it read
     */
    static RedisURI parse(String text) {
        URI uri = uri(text);
        if (String.valueOf(uri.getScheme()).contains("sentinel")) {
            throw invalid(text, "Sentinel is not supported here; name one server");
        }
        if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme())) {
            throw invalid(text, "it must begin with redis://, rediss:// or redis-socket://");
        }
        boolean socket = uri.getScheme().endsWith("socket");
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (!socket && uri.getRawAuthority() == null) {
            throw invalid(text, "it names no host");
        }
        if (!socket && !DATABASE.matcher(path).matches()) {
            throw invalid(text, "the database must be a whole number");
        }
        RedisURI parsed = parsed(text, uri);
        if (!socket) {
            splitHostAndPort(parsed);
            checkPort(text, uri.getPort() < 0 ? parsed.getPort() : uri.getPort());
        }
        return parsed;
    }

    @SuppressWarnings("UnusedException") // its message quotes the URI
    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw invalid(text, FORM);
        }
    }

    @SuppressWarnings("UnusedException") // its message may quote the URI
    private static RedisURI parsed(String text, URI uri) {
        checkPort(text, uri.getPort() < 0 ? RedisURI.DEFAULT_REDIS_PORT : uri.getPort());
        try {
            return RedisURI.create(uri);
        } catch (RuntimeException e) {
            throw invalid(text, FORM);
        }
    }

    private static void checkPort(String text, int port) {
        if (port < 1 || port > 65_535) {
            throw invalid(text, "the port must be between 1 and 65535");
        }
    }

    /** Java's URI takes a name with an underscore, as Docker makes them, for no host; Lettuce then keeps the port in it. */
    private static void splitHostAndPort(RedisURI uri) {
        Matcher both = HOST_AND_PORT.matcher(uri.getHost());
        if (both.matches()) {
            uri.setHost(both.group(1));
            uri.setPort(Integer.parseInt(both.group(2)));
        }
    }

    private static IllegalArgumentException invalid(String uri, String why) {
        return new IllegalArgumentException("Redis URI \"%s\": %s".formatted(masked(uri), why));
    }

    /** Everything up to the last {@code @} may be a password, and so may a parameter. */
    private static String masked(String uri) {
        int at = uri.lastIndexOf('@');
        Matcher scheme = SCHEME.matcher(uri);
        String begin = scheme.find() ? scheme.group() + "//" : "";
        String shown = at < 0 ? uri : begin + "***" + uri.substring(at);
        int query = shown.indexOf('?');
        return query < 0 ? shown : shown.substring(0, query) + "?***";
    }

    /** The server as errors and logs name it. */
    static String name(RedisURI uri) {
        if (uri.getSocket() != null) {
            return "redis-socket://" + uri.getSocket() + database(uri, "?database=");
        }
        return (uri.isSsl() ? "rediss://" : "redis://") + uri.getHost() + ":" + uri.getPort() + database(uri, "/");
    }

    private static String database(RedisURI uri, String before) {
        return uri.getDatabase() == 0 ? "" : before + uri.getDatabase();
    }
}
