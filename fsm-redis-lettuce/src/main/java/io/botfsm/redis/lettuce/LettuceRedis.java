package io.botfsm.redis.lettuce;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.RedisServerCheck;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.UnsupportedClientException;
import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.ConnectionDiagnosis;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Redis through Lettuce: a client, its connections and their threads, the storages that share them, and lease stores with others
 * of their own. One server, the master that Sentinels know, or a cluster.
 *
 * <pre>{@code
 * try (BotRedis redis = LettuceRedis.connect("redis://localhost/1")) {
 *     Fsm fsm = Fsm.over(redis.stateStorage());
 * }
 * }</pre>
 *
 * <p>Connecting checks the server once: that it answers, is no replica, is new enough (Redis 6.2 or Valkey) and gives the
 * user every right that is needed. A node of a cluster is used as that cluster. Afterwards calls fail within the command
 * timeout while the server is unavailable, and work again by themselves within two seconds of its return, or after its
 * replica has taken its place; no command is kept while disconnected, and none is executed twice.
 *
 * <p>Works with Lettuce 6.6 to 7.7; an older one is refused with {@link UnsupportedClientException}.
 *
 * <p>Thread-safe; make one and share it. Credentials appear in no message of this class. (Lettuce's own logger writes what it
 * sends, passwords included, at level TRACE.)
 */
public final class LettuceRedis {
    private LettuceRedis() {}

    /**
     * Connects with everything else as it is by default.
     *
     * @param uri {@code redis://user:password@host:6379/1}, {@code rediss://…} for TLS, or
     *     {@code redis-socket:///path?database=1} for a Unix socket (which needs Netty's native transport on the class path);
     *     {@code redis-sentinel://host1,host2/1#master} for the master that Sentinels know; several servers,
     *     {@code redis://host1:7000,host2:7001}, for the cluster to which they belong; the parameter {@code timeout=5s}
     *     changes the command timeout
     * @throws IllegalArgumentException if the URI cannot be used; the message holds no credentials
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis connect(String uri) {
        return builder(uri).connect();
    }

    /**
     * Connects with everything else as it is by default.
     *
     * @param uri the server; its timeout is the command timeout if it is not Lettuce's own default
     * @throws IllegalArgumentException if the URI cannot be used
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis connect(RedisURI uri) {
        return builder(uri).connect();
    }

    /**
     * Connects through a client of yours, with its resources, options and command timeout. The client is not closed with
     * this object.
     *
     * @param client a client that fails commands while disconnected and times them out
     * @param uri the server
     * @throws IllegalArgumentException if an option of the client would send commands again or let them hang; the message
     *     names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis connect(RedisClient client, RedisURI uri) {
        requireNonNull(client, "client");
        requireNonNull(uri, "uri");
        return builder(uri).client(client).connect();
    }

    /**
     * Connects to the server that environment variables name; see {@link RedisUri#fromEnvironment}.
     *
     * @throws IllegalArgumentException if a variable cannot be used or contradicts another; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
     *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
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
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static Builder builder(String uri) {
        requireNonNull(uri, "uri");
        return builder(RedisUri.parse(uri));
    }

    /**
     * Begins to choose how to connect.
     *
     * @param uri where Redis is, without percent-encoding
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static Builder builder(RedisUri uri) {
        requireNonNull(uri, "uri");
        LettuceVersions.require();
        return new Builder(uri);
    }

    /**
     * Begins to choose how to connect.
     *
     * @param uri as for {@link #connect(RedisURI)}
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static Builder builder(RedisURI uri) {
        requireNonNull(uri, "uri");
        LettuceVersions.require();
        return new Builder(uri, RedisAddress.nodes(uri));
    }

    /** Collects how to connect. Not thread-safe. */
    public static final class Builder {
        private final RedisURI uri;
        private final List<Node> nodes;
        private boolean cluster;
        private Optional<Duration> commandTimeout = Optional.empty();
        private Optional<RedisClient> client = Optional.empty();
        private RedisStorageOptions options = RedisStorageOptions.defaults();
        private RedisLeaseOptions leaseOptions = RedisLeaseOptions.defaults();

        private Builder(RedisUri uri) {
            this(RedisAddress.of(uri), uri.masterName().isPresent() ? List.of() : uri.nodes());
            cluster = nodes.size() > 1;
        }

        private Builder(RedisURI uri, List<Node> nodes) {
            this.uri = uri;
            this.nodes = nodes;
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
         * Lets a command take this long, {@link BotRedis#DEFAULT_COMMAND_TIMEOUT} by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder commandTimeout(Duration limit) {
            requireNonNull(limit, "limit");
            commandTimeout = Optional.of(checked(limit));
            return this;
        }

        /** Uses a client of yours; see {@link #connect(RedisClient, RedisURI)}. */
        public Builder client(RedisClient yours) {
            requireNonNull(yours, "yours");
            client = Optional.of(yours);
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
         * @throws IllegalArgumentException if choices contradict each other, or an option of your client would send commands
         *     again or let them hang; the message names it
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
         *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
         */
        public BotRedis connect() {
            ServerAccess access = access();
            return diagnosis().explain(() -> {
                Connected connected = access.connect(RedisServerCheck::loadScripts);
                return new BotRedis(server(connected), access::portForLeases, options, leaseOptions);
            });
        }

        private static io.botfsm.redis.spi.ServerAccess server(Connected connected) {
            return new io.botfsm.redis.spi.ServerAccess(
                    connected.port(() -> {}), connected.server(), connected.commandTimeout());
        }

        /**
         * Connects for leases alone, for a user of locks who keeps no conversations here. Closing the store closes the
         * connection, and client and threads unless they are yours.
         *
         * @throws IllegalArgumentException as {@link #connect} does
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database, too
         *     old; if it is a replica or a Sentinel; or if its certificate is not trusted
         */
        public LeaseStore leaseStore() {
            return diagnosis().explain(() -> {
                Connected connected = access().connectForLeases();
                return BotRedis.leaseStore(server(connected), leaseOptions);
            });
        }

        private ConnectionDiagnosis diagnosis() {
            boolean sentinels = !uri.getSentinels().isEmpty();
            return new ConnectionDiagnosis(
                    sentinels ? RedisAddress.addresses(uri) : nodes,
                    uri.isSsl(),
                    sentinels,
                    commandTimeout.orElse(BotRedis.DEFAULT_COMMAND_TIMEOUT));
        }

        private ServerAccess access() {
            RedisURI copy = ConnectedClient.requireNativeTransport(RedisAddress.copy(uri));
            Supplier<LettuceClient> clients = clients(copy);
            if (!cluster) {
                return scripts -> recognised(clients, copy, scripts);
            }
            requireCluster();
            return scripts -> new ConnectedCluster(clients.get(), copy, nodes, scripts);
        }

        /** One server, or the cluster to which it says that it belongs. */
        private Connected recognised(
                Supplier<LettuceClient> clients, RedisURI copy, Function<RedisPort, CompletionStage<Void>> scripts) {
            ConnectedClient one = new ConnectedClient(clients.get(), copy, scripts);
            if (!copy.getSentinels().isEmpty()) {
                return one;
            }
            boolean ofCluster;
            try {
                ofCluster = new ServerProbe(one.port(() -> {}), one.server(), one.commandTimeout()).isOfCluster();
            } catch (RuntimeException e) {
                one.close();
                throw e;
            }
            if (!ofCluster) {
                return one;
            }
            one.close();
            if (nodes.isEmpty()) {
                throw new StorageRefusedException(
                        one.server()
                                + " is a node of a cluster, and its other nodes cannot be reached through a Unix socket:"
                                + " name host and port of its nodes, as in"
                                + " redis://host1:7000,host2:7001",
                        null);
            }
            requireCluster();
            return new ConnectedCluster(clients.get(), copy, nodes, scripts);
        }

        private void requireCluster() {
            if (nodes.isEmpty()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "cluster() contradicts %s: name nodes of the cluster", RedisAddress.name(uri)));
            }
            if (uri.getDatabase() != 0) {
                throw new IllegalArgumentException("a cluster has only database 0: " + RedisAddress.name(uri, nodes));
            }
        }

        private Supplier<LettuceClient> clients(RedisURI copy) {
            if (client.isEmpty()) {
                Duration limit = commandTimeout.orElseGet(this::timeoutOfUri);
                return () -> LettuceClient.own(limit);
            }
            if (commandTimeout.isPresent()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "commandTimeout(%s) contradicts client(…): the client's own time-out holds",
                        commandTimeout.get()));
            }
            LettuceClient theirs = LettuceClient.of(client.get(), copy);
            return () -> theirs;
        }

        private Duration timeoutOfUri() {
            Duration timeout = uri.getTimeout();
            return timeout.equals(RedisURI.DEFAULT_TIMEOUT_DURATION)
                    ? BotRedis.DEFAULT_COMMAND_TIMEOUT
                    : checked(timeout);
        }

        private static Duration checked(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("command time-out must be positive: " + limit);
            }
            return limit;
        }
    }
}
