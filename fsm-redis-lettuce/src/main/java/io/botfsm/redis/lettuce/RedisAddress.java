package io.botfsm.redis.lettuce;

import io.lettuce.core.RedisURI;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Redis URIs, and names servers without credentials. */
final class RedisAddress {
    private static final Set<String> SCHEMES =
            Set.of("redis", "rediss", "redis-socket", "redis+socket", "redis+ssl", "redis+tls");
    private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*):");
    private static final Pattern HOST_AND_PORT = Pattern.compile("^([^:]+):(\\d{1,5})$");

    private RedisAddress() {}

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException if it cannot be read or is not of one server; the message holds no credentials, and
     *     there is no cause, since a parser's message quotes what it read
     */
    @SuppressWarnings("UnusedException") // see above
    static RedisURI parse(String uri) {
        Matcher scheme = SCHEME.matcher(uri);
        if (!scheme.find()) {
            throw invalid(uri, "it must begin with redis://, rediss:// or redis-socket://");
        }
        if (scheme.group(1).contains("sentinel")) {
            throw invalid(uri, "Sentinel is not supported here; name one server");
        }
        if (!SCHEMES.contains(scheme.group(1))) {
            throw invalid(uri, "it must begin with redis://, rediss:// or redis-socket://");
        }
        RedisURI parsed;
        try {
            parsed = RedisURI.create(uri);
        } catch (NumberFormatException e) {
            throw invalid(uri, "the database must be a whole number");
        } catch (RuntimeException e) {
            throw invalid(
                    uri,
                    "it is not a URI of the form redis://user:password@host:port/database"
                            + " (characters such as @ / # % in a password must be percent-encoded)");
        }
        return checked(uri, parsed);
    }

    private static RedisURI checked(String uri, RedisURI parsed) {
        if (parsed.getSocket() == null) {
            String host = parsed.getHost();
            if (host == null || host.isEmpty()) {
                throw invalid(uri, "it names no host");
            }
            // Java's URI takes a name with an underscore, as Docker makes them, for no host; Lettuce then keeps the
            // port in it.
            Matcher both = HOST_AND_PORT.matcher(host);
            if (both.find()) {
                parsed.setHost(both.group(1));
                parsed.setPort(Integer.parseInt(both.group(2)));
            }
            if (parsed.getPort() < 1 || parsed.getPort() > 65_535) {
                throw invalid(uri, "the port must be between 1 and 65535");
            }
        }
        if (parsed.getDatabase() < 0) {
            throw invalid(uri, "the database must not be negative");
        }
        return parsed;
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
