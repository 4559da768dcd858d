package io.botfsm.redis.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address and credentials of Redis, independent of the client. Immutable and thread-safe. {@link #toString} returns
 * the server's name as in error messages and logs, without credentials.
 */
public final class RedisUri {
    /** The default port of a server. */
    public static final int DEFAULT_PORT = 6379;

    /** The default port of a Sentinel. */
    public static final int DEFAULT_SENTINEL_PORT = 26_379;

    /** How strictly a server's certificate is checked. */
    public enum PeerCheck {
        /** Checks the certificate authority and the server's name. */
        FULL,
        /** Checks the certificate authority only. */
        CA,
        /** Checks nothing: a man in the middle can read and change everything. */
        NONE
    }

    /**
     * A server, a node of a cluster or a Sentinel.
     *
     * @param host a name or an address; the brackets around an IPv6 address, as in a URI, are removed
     */
    public record Node(String host, int port) {
        public Node {
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    private final List<Node> nodes;
    private final Optional<String> masterName;
    private final Optional<String> socket;
    private final boolean tls;
    private final PeerCheck peerCheck;
    private final Optional<String> user;
    private final Optional<String> password;
    private final Optional<String> sentinelUser;
    private final Optional<String> sentinelPassword;
    private final int database;
    private final Optional<Duration> timeout;

    private RedisUri(Builder builder) {
        nodes = List.copyOf(builder.nodes);
        masterName = builder.masterName;
        socket = builder.socket;
        tls = builder.tls;
        peerCheck = builder.peerCheck;
        user = builder.user;
        password = builder.password;
        sentinelUser = builder.sentinelUser;
        sentinelPassword = builder.sentinelPassword;
        database = builder.database;
        timeout = builder.timeout;
    }

    /**
     * Reads {@code redis://user:password@host:6379/1}, {@code rediss://…} for TLS,
     * {@code redis://host1:7000,host2:7001} for nodes of a cluster, {@code redis-sentinel://host1,host2:26379/1#master}
     * (or {@code rediss-sentinel}) for Sentinels and the name of the master they watch, or
     * {@code redis-socket:///path?database=1} for a Unix socket. A single text before the {@code @} is a password.
     * Parameters: {@code timeout=5s} (also {@code ms}, which is the default unit, {@code m} and {@code h}),
     * {@code database=1}, {@code verifyPeer=FULL}, {@code CA} or {@code NONE}; with Sentinels also
     * {@code sentinelPassword} and {@code sentinelUsername}, percent-encoded. Whitespace around the URI is ignored.
     *
     * @throws IllegalArgumentException if it cannot be parsed; the message contains no credentials
     */
    public static RedisUri parse(String text) {
        return RedisUriText.parse(text);
    }

    /**
     * Returns the server that environment variables specify: {@code REDIS_FSM_URL}, or {@code REDIS_FSM_HOST} (default
     * {@code localhost}), {@code REDIS_FSM_PORT} (6379) and {@code REDIS_FSM_DB} (0). {@code REDIS_FSM_USERNAME} and
     * {@code REDIS_FSM_PASSWORD} are the credentials, which also apply to a URL without credentials;
     * {@code REDIS_FSM_SENTINEL_USERNAME} and {@code REDIS_FSM_SENTINEL_PASSWORD} are those of the Sentinels in a URL.
     * An empty variable is treated as absent, and whitespace around a value is ignored, except for passwords: see
     * {@link Builder#password}.
     *
     * <p>A URL takes precedence: other variables for the same settings are ignored, and a warning that names them is
     * logged. {@code REDIS_FSM_PORT} may have the form {@code tcp://host:port}, in which Kubernetes announces a Service
     * called {@code redis-fsm}; it also specifies the host, unless {@code REDIS_FSM_HOST} does. If
     * {@code REDIS_FSM_HOST} is an IP address other than the announced one, {@code REDIS_FSM_PORT} is ignored with a
     * warning.
     *
     * @throws IllegalArgumentException if a variable is invalid; the message names it and contains no credentials
     */
    public static RedisUri fromEnvironment(Map<String, String> variables) {
        return RedisEnvironment.uri(variables);
    }

    /** Returns a builder, whose values are not percent-encoded. */
    public static Builder builder() {
        return new Builder();
    }

    Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * Returns the servers: one, several nodes of a cluster, or the Sentinels if there is a {@link #masterName}; none
     * for a socket.
     */
    public List<Node> nodes() {
        return nodes;
    }

    /** The name of the master that the Sentinels watch. */
    public Optional<String> masterName() {
        return masterName;
    }

    /** The path of a Unix socket. */
    public Optional<String> socket() {
        return socket;
    }

    /** Whether to use TLS. */
    public boolean isTls() {
        return tls;
    }

    /** How strictly to check the server's certificate; relevant for TLS only. */
    public PeerCheck peerCheck() {
        return peerCheck;
    }

    /** The user, if it is not the default user; there is then a password. */
    public Optional<String> user() {
        return user;
    }

    /** The password. */
    public Optional<String> password() {
        return password;
    }

    /** The user for the Sentinels, if it is not their default user; there is then a {@link #sentinelPassword}. */
    public Optional<String> sentinelUser() {
        return sentinelUser;
    }

    /** The password for the Sentinels, which is separate from that of the servers. */
    public Optional<String> sentinelPassword() {
        return sentinelPassword;
    }

    /** The number of the database. */
    public int database() {
        return database;
    }

    /** How long a command may take. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    /** Returns the server's name, without credentials. */
    @Override
    public String toString() {
        if (socket.isPresent()) {
            return "redis-socket://" + socket.get() + database("?database=");
        }
        String scheme = (tls ? "rediss" : "redis") + (masterName.isPresent() ? "-sentinel" : "") + "://";
        String hosts = nodes.stream().map(Node::toString).collect(Collectors.joining(","));
        return scheme
                + hosts
                + database("/")
                + masterName.map(name -> "#" + name).orElse("");
    }

    private String database(String before) {
        return database == 0 ? "" : before + database;
    }

    /** Collects the parts of an address. Not thread-safe. Invalid values are refused at once. */
    public static final class Builder {
        private static final Logger LOGGER = LoggerFactory.getLogger(RedisUri.class.getPackageName());
        private static final Pattern LINE_BREAKS = Pattern.compile("[\\r\\n]+\\z");
        private static final Pattern HOST =
                Pattern.compile("[^\\s/@\\[\\]:,]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\S+)?");

        private final List<Node> nodes = new ArrayList<>();
        private Optional<String> masterName = Optional.empty();
        private Optional<String> socket = Optional.empty();
        private boolean tls;
        private PeerCheck peerCheck = PeerCheck.FULL;
        private Optional<String> user = Optional.empty();
        private Optional<String> password = Optional.empty();
        private Optional<String> sentinelUser = Optional.empty();
        private Optional<String> sentinelPassword = Optional.empty();
        private int database;
        private Optional<Duration> timeout = Optional.empty();

        private Builder() {}

        private Builder(RedisUri uri) {
            nodes.addAll(uri.nodes);
            masterName = uri.masterName;
            socket = uri.socket;
            tls = uri.tls;
            peerCheck = uri.peerCheck;
            user = uri.user;
            password = uri.password;
            sentinelUser = uri.sentinelUser;
            sentinelPassword = uri.sentinelPassword;
            database = uri.database;
            timeout = uri.timeout;
        }

        /**
         * Adds a server, a node of a cluster, or a Sentinel.
         *
         * @param host a name or an address, an IPv6 address with or without brackets; whitespace around it is ignored
         * @throws IllegalArgumentException if the host is neither a name nor an address, or the port not between 1 and
         *     65535
         */
        public Builder node(String host, int port) {
            Node node = new Node(host.strip(), port);
            if (node.host().isEmpty()) {
                throw new IllegalArgumentException("a host must not be blank");
            }
            if (!HOST.matcher(node.host()).matches()) {
                // The message does not quote the host, which may contain credentials.
                throw new IllegalArgumentException(
                        "a host must be a name or an address, without a scheme, a port or credentials");
            }
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("the port must be between 1 and 65535: " + port);
            }
            nodes.add(node);
            return this;
        }

        /** Declares that the nodes are Sentinels, which watch this master. */
        public Builder masterName(String name) {
            masterName = Optional.of(name);
            return this;
        }

        /** Sets the path of a Unix socket, in place of nodes. */
        public Builder socket(String path) {
            socket = Optional.of(path);
            return this;
        }

        /** Sets whether to use TLS. The default is false. */
        public Builder tls(boolean yes) {
            tls = yes;
            return this;
        }

        /** Sets how strictly to check the server's certificate. The default is {@link PeerCheck#FULL}. */
        public Builder peerCheck(PeerCheck chosen) {
            peerCheck = chosen;
            return this;
        }

        /**
         * Sets the password of the default user. Line breaks at its end, which are common in files that contain a
         * secret, are removed and a warning is logged; other whitespace at either end is kept, and a warning is logged.
         *
         * @throws IllegalArgumentException if it consists only of line breaks
         */
        public Builder password(String secret) {
            user = Optional.empty();
            password = Optional.of(cleaned(secret, "password"));
            return this;
        }

        /**
         * Sets user and password.
         *
         * @param name the user; whitespace around it is ignored
         * @param secret as for {@link #password}
         * @throws IllegalArgumentException if the name is blank, or the password consists only of line breaks
         */
        public Builder credentials(String name, String secret) {
            user = Optional.of(requireName(name));
            password = Optional.of(cleaned(secret, "password"));
            return this;
        }

        /**
         * Sets the password of the Sentinels ({@code requirepass} in their configuration), which is separate from that
         * of the servers.
         *
         * @param secret as for {@link #password}
         * @throws IllegalArgumentException if it consists only of line breaks
         */
        public Builder sentinelPassword(String secret) {
            sentinelUser = Optional.empty();
            sentinelPassword = Optional.of(cleaned(secret, "Sentinel password"));
            return this;
        }

        /**
         * Sets user and password of the Sentinels.
         *
         * @param name the user; whitespace around it is ignored
         * @param secret as for {@link #password}
         * @throws IllegalArgumentException if the name is blank, or the password consists only of line breaks
         */
        public Builder sentinelCredentials(String name, String secret) {
            sentinelUser = Optional.of(requireName(name));
            sentinelPassword = Optional.of(cleaned(secret, "Sentinel password"));
            return this;
        }

        private static String requireName(String user) {
            if (user.isBlank()) {
                throw new IllegalArgumentException("a user name must not be blank");
            }
            return user.strip();
        }

        private static String cleaned(String secret, String what) {
            String cleaned = LINE_BREAKS.matcher(secret).replaceFirst("");
            if (cleaned.isEmpty() && !secret.isEmpty()) {
                throw new IllegalArgumentException("the " + what + " consists only of line breaks");
            }
            if (cleaned.length() < secret.length()) {
                LOGGER.warn("Removed the line break at the end of the Redis {}", what);
            }
            if (!cleaned.equals(cleaned.strip())) {
                LOGGER.warn("The Redis {} begins or ends with whitespace, which is kept", what);
            }
            return cleaned;
        }

        /**
         * Sets the number of the database. The default is 0.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder database(int number) {
            if (number < 0) {
                throw new IllegalArgumentException("the database must not be negative: " + number);
            }
            database = number;
            return this;
        }

        /**
         * Sets how long a command may take.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder timeout(Duration chosen) {
            if (chosen.isNegative() || chosen.isZero()) {
                throw new IllegalArgumentException("command timeout must be positive: " + chosen);
            }
            timeout = Optional.of(chosen);
            return this;
        }

        /**
         * Builds the address.
         *
         * @throws IllegalArgumentException if there is neither a node nor a socket, or both; or a Sentinel password
         *     without the name of a master
         */
        public RedisUri build() {
            if (nodes.isEmpty() == socket.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "set either nodes or a socket: nodes %s, socket %s", nodes, socket));
            }
            if (sentinelPassword.isPresent() && masterName.isEmpty()) {
                throw new IllegalArgumentException(
                        "a Sentinel password needs Sentinels and the name of a master: " + nodes);
            }
            return new RedisUri(this);
        }
    }
}
