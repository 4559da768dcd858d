package io.botfsm.redis.jedis;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.UnsupportedClientException;
import io.botfsm.redis.spi.ConnectionDiagnosis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.ServerAccess;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.Connection;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.Pool;

/**
 * Redis through Jedis: a pool of connections and the threads that wait on them, the storages that share them, and lease stores with
 * others of their own. One server, the master that Sentinels know, or a cluster, each node of which has a pool and threads.
 *
 * <pre>{@code
 * try (BotRedis redis = JedisRedis.connect("redis://localhost/1")) {
 *     Fsm fsm = Fsm.over(redis.stateStorage());
 * }
 * }</pre>
 *
 * <p>Connecting checks the server once: that it answers, is no replica, is new enough (Redis 6.2 or Valkey) and gives the
 * user every right that is needed. A node of a cluster is used as that cluster. Afterwards calls fail within the command
 * timeout while the server is unavailable, and work again by themselves within two seconds of its return, or after its
 * replica has taken its place; no command is kept while disconnected, and none is executed twice.
 *
 * <p>Works with Jedis 6.0 to 8.0; an older one is refused with {@link UnsupportedClientException}.
 *
 * <p>Thread-safe; make one and share it. Credentials appear in no message of this class.
 */
public final class JedisRedis {
    /** How many connections, and threads that wait on them, there are at most unless chosen otherwise. */
    public static final int DEFAULT_POOL_SIZE = 8;

    private JedisRedis() {}

    /**
     * Connects with everything else as it is by default.
     *
     * @param uri as {@link RedisUri#parse} reads it, but not a Unix socket, which Jedis does not speak; its timeout is the
     *     command timeout
     * @throws IllegalArgumentException if the URI cannot be used; the message holds no credentials
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis connect(String uri) {
        return builder(uri).connect();
    }

    /**
     * Connects through the pool of a client of yours, with its timeouts. The client is not closed with this object.
     *
     * @param client a client of one server, whose commands, and calls that wait for a connection, end in bounded time:
     *     {@code RedisClient} since Jedis 7.2, {@code JedisPooled} up to 7
     * @throws IllegalArgumentException if the client has no pool for all its calls, such as one of a cluster, or an option of it
     *     would let a call hang; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica, a Sentinel or a node of a cluster; or if its certificate is not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis connect(UnifiedJedis client) {
        requireNonNull(client, "client");
        JedisVersions.require();
        return connect(JedisVersions.pool(client));
    }

    /**
     * Connects through a pool of yours, with its timeouts. The pool is not closed with this object.
     *
     * @param pool a pool of connections to one server, of which commands, and calls that wait for a connection, end in bounded
     *     time; such as {@code ConnectionPool}
     * @throws IllegalArgumentException if an option of the pool would let a call hang; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica, a Sentinel or a node of a cluster; or if its certificate is not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis connect(Pool<Connection> pool) {
        requireNonNull(pool, "pool");
        JedisVersions.require();
        JedisAccess access = JedisAccess.over(pool);
        if (access.isOfCluster()) {
            throw new StorageRefusedException(
                    access.server()
                            + " is a node of a cluster, and this client connects to that node only: use JedisRedis.builder(…)",
                    null);
        }
        return connect(access, RedisStorageOptions.defaults(), RedisLeaseOptions.defaults());
    }

    /**
     * Connects to the server that environment variables name; see {@link RedisUri#fromEnvironment}.
     *
     * @throws IllegalArgumentException if a variable cannot be used or contradicts another; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    static BotRedis fromEnvironment(Map<String, String> variables) {
        return builder(RedisUri.fromEnvironment(variables)).connect();
    }

    /**
     * Begins to choose how to connect.
     *
     * @param uri as for {@link #connect(String)}
     * @throws IllegalArgumentException if the URI cannot be used; the message holds no credentials
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static Builder builder(String uri) {
        requireNonNull(uri, "uri");
        return builder(RedisUri.parse(uri));
    }

    /**
     * Begins to choose how to connect.
     *
     * @param uri not of a Unix socket
     * @throws IllegalArgumentException if it cannot be used; the message holds no credentials
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static Builder builder(RedisUri uri) {
        requireNonNull(uri, "uri");
        JedisVersions.require();
        return new Builder(uri);
    }

    private static BotRedis connect(RedisAccess access, RedisStorageOptions options, RedisLeaseOptions leaseOptions) {
        return new BotRedis(server(access), access::port, options, leaseOptions);
    }

    private static ServerAccess server(RedisAccess access) {
        return new ServerAccess(access.port(port -> {}), access.server(), access.timeout());
    }

    /** Collects how to connect. Not thread-safe. */
    public static final class Builder {
        private final RedisUri uri;
        private boolean cluster;
        private Optional<Duration> commandTimeout = Optional.empty();
        private int poolSize = DEFAULT_POOL_SIZE;
        private RedisStorageOptions options = RedisStorageOptions.defaults();
        private RedisLeaseOptions leaseOptions = RedisLeaseOptions.defaults();

        private Builder(RedisUri uri) {
            if (uri.socket().isPresent()) {
                throw new IllegalArgumentException(
                        uri + ": Jedis does not speak over a Unix socket; use Lettuce for that");
            }
            this.uri = uri;
            this.cluster = uri.masterName().isEmpty() && uri.nodes().size() > 1;
        }

        /**
         * Connects to the cluster to which the server belongs, and refuses a server that belongs to none. Without that, a URI
         * that names several servers is of a cluster, and a single one is asked whether it is.
         */
        public Builder cluster() {
            cluster = true;
            return this;
        }

        /**
         * Lets a command take this long, {@link BotRedis#DEFAULT_COMMAND_TIMEOUT} by default, waiting for a connection included.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder commandTimeout(Duration limit) {
            requireNonNull(limit, "limit");
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("command time-out must be positive: " + limit);
            }
            commandTimeout = Optional.of(limit);
            return this;
        }

        /**
         * Uses so many connections to a server at most, and threads that wait on them, {@value #DEFAULT_POOL_SIZE} by default. Calls
         * beyond that wait, within the command timeout.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder poolSize(int connections) {
            if (connections < 1) {
                throw new IllegalArgumentException("pool size must be positive: " + connections);
            }
            poolSize = connections;
            return this;
        }

        /** Chooses how {@link BotRedis#stateStorage()} keeps conversations. */
        public Builder storageOptions(RedisStorageOptions chosen) {
            requireNonNull(chosen, "chosen");
            options = chosen;
            return this;
        }

        /** Chooses how {@link BotRedis#leaseStore()} keeps leases. */
        public Builder leaseOptions(RedisLeaseOptions chosen) {
            requireNonNull(chosen, "chosen");
            leaseOptions = chosen;
            return this;
        }

        /**
         * Connects.
         *
         * @throws IllegalArgumentException if choices contradict each other
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
         *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
         */
        public BotRedis connect() {
            return diagnosis().explain(() -> JedisRedis.connect(access(), options, leaseOptions));
        }

        /**
         * Connects for leases alone, for a user of locks who keeps no conversations here. Closing the store closes the
         * connections and threads.
         *
         * @throws IllegalArgumentException if choices contradict each other
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
         *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
         */
        public LeaseStore leaseStore() {
            return diagnosis().explain(() -> {
                RedisAccess access = access();
                return BotRedis.leaseStore(server(access), leaseOptions);
            });
        }

        private ConnectionDiagnosis diagnosis() {
            return new ConnectionDiagnosis(
                    uri.nodes(), uri.isTls(), uri.masterName().isPresent(), limit());
        }

        private Duration limit() {
            return commandTimeout.or(uri::timeout).orElse(BotRedis.DEFAULT_COMMAND_TIMEOUT);
        }

        /** To one server, or to the cluster to which it says that it belongs. */
        private RedisAccess access() {
            if (!cluster) {
                JedisAccess one = JedisAccess.to(uri, limit(), poolSize);
                if (uri.masterName().isPresent() || !one.isOfCluster()) {
                    return one;
                }
            }
            requireCluster();
            return new ClusterAccess(uri, limit(), poolSize);
        }

        private void requireCluster() {
            if (uri.masterName().isPresent()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "cluster() contradicts %s: name nodes of the cluster", uri));
            }
            if (uri.database() != 0) {
                throw new IllegalArgumentException("a cluster has only database 0: " + uri);
            }
        }
    }
}
