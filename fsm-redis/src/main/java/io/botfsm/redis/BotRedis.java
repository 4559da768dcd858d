package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.redis.internal.ConnectionDiagnosis;
import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.RedisConnector;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.ServerAccess;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorageProvider;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Redis for bots, independent of the client: provides storages that share one connection or pool, and lease stores with
 * connections of their own. It uses one server, the master that Sentinels report, or a cluster. Connect with
 * {@code LettuceRedis.connect(uri)} and {@code JedisRedis.connect(uri)}.
 *
 * <p>Connecting checks the server once: it must answer, must not be a replica, must be new enough (Redis 6.2 or
 * Valkey), and must give the user every required permission. If the server is a node of a cluster, the whole cluster is
 * used. Afterwards, calls fail within the command timeout while the server is unavailable, and work again automatically
 * within two seconds of its return, or after its replica has taken over. Commands are not queued while disconnected,
 * and no command is executed twice.
 *
 * <p>Thread-safe; create one and share it. No message of this class contains credentials.
 */
public final class BotRedis implements StateStorageProvider, LeaseStoreProvider, AutoCloseable {
    /** The default command timeout. */
    public static final Duration DEFAULT_COMMAND_TIMEOUT = Duration.ofSeconds(2);

    private final ServerAccess access;
    private final Builder settings;
    private final Set<String> checkedPrefixes = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final Set<RedisLeaseStore> leaseStores = new HashSet<>();
    private boolean closed;

    private BotRedis(Builder settings) {
        this.settings = settings;
        this.access = settings.open(RedisServerCheck::loadScripts);
        try {
            check(settings.storageOptions);
        } catch (RuntimeException e) {
            access.port().close();
            throw e;
        }
    }

    /**
     * Returns a builder; for adapters of clients.
     *
     * @param uri the address of Redis
     * @param connector the connector of the client
     */
    public static Builder builder(RedisUri uri, RedisConnector connector) {
        requireNonNull(uri, "uri");
        requireNonNull(connector, "connector");
        return new Builder(uri, connector);
    }

    /** Returns a storage with the options that were set when connecting. */
    @Override
    public StateStorage stateStorage() {
        return stateStorage(settings.storageOptions);
    }

    /**
     * Returns a storage with other options. Storages share their connections; closing one storage does not affect the
     * others. If the options have a key prefix that was not used before, or require durable writes, this method first
     * checks that the server supports them, which blocks.
     *
     * @throws IllegalArgumentException if the timeout of the durability is not shorter than the command timeout
     * @throws StorageUnavailableException if the server has to be checked and does not respond
     * @throws StorageRefusedException if the server cannot confirm the required durability, or the user lacks a
     *     permission
     */
    public StateStorage stateStorage(RedisStorageOptions options) {
        requireNonNull(options, "options");
        check(options);
        return new RedisStateStorage(access.port(), access.timeout(), options);
    }

    private void check(RedisStorageOptions options) {
        RedisServerCheck check = new RedisServerCheck(access.port(), access.server(), access.timeout());
        if (!checkedPrefixes.contains(options.keyPrefix())) {
            check.run(options.keyPrefix());
            checkedPrefixes.add(options.keyPrefix());
        }
        options.durability().ifPresent(wanted -> check.runForDurability(options.keyPrefix(), wanted));
    }

    /** Returns the storage options that were set when connecting. */
    public RedisStorageOptions storageOptions() {
        return settings.storageOptions;
    }

    /** Returns the connection of the storages, for modules that keep other data in Redis. */
    public ServerAccess access() {
        return access;
    }

    /**
     * Returns a store of leases with the options that were set when connecting; see
     * {@link #leaseStore(RedisLeaseOptions)}.
     */
    @Override
    public LeaseStore leaseStore() {
        return leaseStore(settings.leaseOptions);
    }

    /**
     * Returns a store of leases with other options. Each store has its own connections and threads, so that a renewal
     * never waits for conversations. With a client that you supplied, the store uses that client's threads and pool
     * instead. Create one store for all locks rather than one for each, and another one for large numbers of leases.
     * Closing the store closes its connections and threads; otherwise they are closed with this object, after the
     * storages.
     *
     * <p>It connects and checks that the server supports what leases need. Blocks.
     *
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, such as for a missing permission
     * @throws StorageClosedException if this object is closed
     */
    public LeaseStore leaseStore(RedisLeaseOptions options) {
        requireNonNull(options, "options");
        requireOpen();
        RedisLeaseStore store = settings.openLeaseStore(options, this::forget);
        synchronized (lock) {
            if (!closed) {
                leaseStores.add(store);
                return store;
            }
        }
        store.close();
        throw new StorageClosedException();
    }

    private void requireOpen() {
        synchronized (lock) {
            if (closed) {
                throw new StorageClosedException();
            }
        }
    }

    private void forget(RedisLeaseStore store) {
        synchronized (lock) {
            leaseStores.remove(store);
        }
    }

    /**
     * Closes the connections, that of the storages first and those of lease stores last, and clients and threads that
     * you did not supply. Every later call on a storage fails with {@link StorageClosedException}, on a lease store
     * with {@link io.botfsm.lock.store.LeaseStoreException}. A lease that is still held is not released, and lasts
     * until it expires: close the locks first. Idempotent.
     */
    @Override
    public void close() {
        access.port().close();
        Set<RedisLeaseStore> left;
        synchronized (lock) {
            closed = true;
            left = Set.copyOf(leaseStores);
        }
        left.forEach(RedisLeaseStore::close);
    }

    /** Returns the server's name, without credentials. */
    @Override
    public String toString() {
        return "BotRedis[" + access.server() + "]";
    }

    /** Collects the settings of a connection. Not thread-safe. */
    public static final class Builder {
        private final RedisUri uri;
        private final RedisConnector connector;
        private boolean cluster;
        private Optional<Duration> commandTimeout = Optional.empty();
        private RedisStorageOptions storageOptions = RedisStorageOptions.defaults();
        private RedisLeaseOptions leaseOptions = RedisLeaseOptions.defaults();

        private Builder(RedisUri uri, RedisConnector connector) {
            this.uri = uri;
            this.connector = connector;
            this.cluster = uri.masterName().isEmpty() && uri.nodes().size() > 1;
        }

        private Builder(Builder chosen) {
            uri = chosen.uri;
            connector = chosen.connector;
            cluster = chosen.cluster;
            commandTimeout = chosen.commandTimeout;
            storageOptions = chosen.storageOptions;
            leaseOptions = chosen.leaseOptions;
        }

        /**
         * Connects to the cluster to which the server belongs, and refuses a server that belongs to none. By default, a
         * URI with several servers is treated as a cluster, and a single server is asked whether it belongs to one.
         */
        public Builder cluster() {
            cluster = true;
            return this;
        }

        /**
         * Sets the command timeout, which includes the wait for a connection. The default is the timeout in the URI, or
         * {@link BotRedis#DEFAULT_COMMAND_TIMEOUT}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder commandTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("command timeout must be positive: " + timeout);
            }
            commandTimeout = Optional.of(timeout);
            return this;
        }

        /** Sets the options of {@link BotRedis#stateStorage()}. */
        public Builder storageOptions(RedisStorageOptions options) {
            requireNonNull(options, "options");
            storageOptions = options;
            return this;
        }

        /** Sets the options of {@link BotRedis#leaseStore()}. */
        public Builder leaseOptions(RedisLeaseOptions options) {
            requireNonNull(options, "options");
            leaseOptions = options;
            return this;
        }

        /**
         * Connects.
         *
         * @throws IllegalArgumentException if settings contradict each other, or the client does not support them
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or
         *     a database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate
         *     is not trusted
         */
        public BotRedis connect() {
            Builder chosen = new Builder(this);
            return diagnosis().explain(() -> new BotRedis(chosen));
        }

        /**
         * Connects for leases only, for applications that use locks but keep no conversations here. Closing the store
         * closes the connections, and the client and threads that you did not supply.
         *
         * @throws IllegalArgumentException if settings contradict each other, or the client does not support them
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or
         *     a database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate
         *     is not trusted
         */
        public LeaseStore leaseStore() {
            return diagnosis().explain(() -> openLeaseStore(leaseOptions, store -> {}));
        }

        private ConnectionDiagnosis diagnosis() {
            return new ConnectionDiagnosis(
                    connector.followsUri() ? uri.nodes() : List.of(),
                    uri.isTls(),
                    uri.masterName().isPresent(),
                    timeout());
        }

        private Duration timeout() {
            if (connector.timeout().isPresent() && commandTimeout.isPresent()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "commandTimeout(%s) contradicts the supplied client, whose own timeout of %s applies",
                        commandTimeout.get(),
                        connector.timeout().get()));
            }
            return connector.timeout().or(() -> commandTimeout).or(uri::timeout).orElse(DEFAULT_COMMAND_TIMEOUT);
        }

        private RedisLeaseStore openLeaseStore(RedisLeaseOptions options, Consumer<RedisLeaseStore> onClose) {
            ServerAccess opened = open(RedisServerCheck::loadLeaseScripts);
            try {
                new RedisServerCheck(opened.port(), opened.server(), opened.timeout())
                        .runForLeases(options.keyPrefix());
            } catch (RuntimeException e) {
                opened.port().close();
                throw e;
            }
            return new RedisLeaseStore(opened.port(), opened.timeout(), options, onClose);
        }

        /** Opens a new port, to one server or to the cluster to which that server belongs. */
        private ServerAccess open(Function<RedisPort, CompletionStage<Void>> scripts) {
            RedisPort port = cluster ? toCluster(scripts) : toServer(scripts);
            return new ServerAccess(port, uri.toString(), timeout());
        }

        private RedisPort toServer(Function<RedisPort, CompletionStage<Void>> scripts) {
            RedisPort server = new PortSession(uri, connector, timeout(), scripts).server();
            if (uri.masterName().isPresent()) {
                return server;
            }
            boolean ofCluster;
            try {
                ofCluster = new ServerProbe(server, uri.toString(), timeout()).isOfCluster();
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
            if (!ofCluster) {
                return server;
            }
            server.close();
            if (uri.socket().isPresent()) {
                throw new StorageRefusedException(
                        uri + " is a node of a cluster, and its other nodes cannot be reached through a Unix socket:"
                                + " name the hosts and ports of its nodes, as in redis://host1:7000,host2:7001",
                        null);
            }
            return toCluster(scripts);
        }

        private RedisPort toCluster(Function<RedisPort, CompletionStage<Void>> scripts) {
            if (uri.masterName().isPresent() || uri.socket().isPresent()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "cluster() contradicts %s: name the nodes of the cluster instead", uri));
            }
            if (uri.database() != 0) {
                throw new IllegalArgumentException("a cluster has only database 0: " + uri);
            }
            return new PortSession(uri, connector, timeout(), scripts).cluster();
        }
    }
}
