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
 * Redis for bots, through whichever client connected: storages that share one connection or pool, and lease stores with
 * others of their own. One server, the master that Sentinels know, or a cluster. Clients connect by
 * {@code LettuceRedis.connect(uri)} and {@code JedisRedis.connect(uri)}.
 *
 * <p>Connecting checks the server once: that it answers, is no replica, is new enough (Redis 6.2 or Valkey) and gives
 * the user every right that is needed. A node of a cluster is used as that cluster. Afterwards calls fail within the
 * command timeout while the server is unavailable, and work again by themselves within two seconds of its return, or
 * after its replica has taken its place; no command is kept while disconnected, and none is executed twice.
 *
 * <p>Thread-safe; make one and share it. Credentials appear in no message of this class.
 */
public final class BotRedis implements StateStorageProvider, LeaseStoreProvider, AutoCloseable {
    /** How long a command may take unless chosen otherwise. */
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
     * Begins to choose how to connect. For adapters of clients.
     *
     * @param uri where Redis is
     * @param connector the client
     */
    public static Builder builder(RedisUri uri, RedisConnector connector) {
        requireNonNull(uri, "uri");
        requireNonNull(connector, "connector");
        return new Builder(uri, connector);
    }

    /** A storage with the options chosen when connecting. */
    @Override
    public StateStorage stateStorage() {
        return stateStorage(settings.storageOptions);
    }

    /**
     * A storage with other options. Storages share the connections; closing one leaves them to the others. If the keys
     * have another prefix than those of storages before, or writes are to be durable, the server is checked for it
     * first, which blocks.
     *
     * @throws IllegalArgumentException if the durability may take longer than a command
     * @throws StorageUnavailableException if the server has to be asked and does not answer
     * @throws StorageRefusedException if it cannot confirm what is asked for, or the user lacks a right
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

    /** The options chosen when connecting. */
    public RedisStorageOptions storageOptions() {
        return settings.storageOptions;
    }

    /** The connection of the storages, for modules that keep something else in Redis. */
    public ServerAccess access() {
        return access;
    }

    /** A store of leases with the options chosen when connecting; see {@link #leaseStore(RedisLeaseOptions)}. */
    @Override
    public LeaseStore leaseStore() {
        return leaseStore(settings.leaseOptions);
    }

    /**
     * A store of leases with other options. Each has connections and threads of its own (unless the client is yours,
     * which keeps its threads and pool), so that a renewal never waits for the conversations: so make one for all
     * locks, not one for each, and another one for leases that are many. Closing it closes those; otherwise they are
     * closed with this object, after the storages.
     *
     * <p>Connecting checks the server for what leases need. Blocks.
     *
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, such as for a missing right
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
     * Ends the connections, that of the storages first and those of lease stores last, and clients and threads unless
     * they are yours; every later call on a storage fails with {@link StorageClosedException}, on a lease store with
     * {@link io.botfsm.lock.store.LeaseStoreException}. A lease that is still held is not given back, and lasts until
     * it expires: close the locks before. Idempotent.
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

    /** The server, without credentials. */
    @Override
    public String toString() {
        return "BotRedis[" + access.server() + "]";
    }

    /** Collects how to connect; whatever is not chosen is as by default. Not thread-safe. */
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
         * Connects to the cluster to which the server belongs, and refuses a server that belongs to none. Without that,
         * a URI that names several servers is of a cluster, and a single one is asked whether it is.
         */
        public Builder cluster() {
            cluster = true;
            return this;
        }

        /**
         * Lets a command take this long, waiting for a connection included; otherwise as long as the URI says, or
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

        /** Chooses how {@link BotRedis#stateStorage()} keeps conversations. */
        public Builder storageOptions(RedisStorageOptions options) {
            requireNonNull(options, "options");
            storageOptions = options;
            return this;
        }

        /** Chooses how {@link BotRedis#leaseStore()} keeps leases. */
        public Builder leaseOptions(RedisLeaseOptions options) {
            requireNonNull(options, "options");
            leaseOptions = options;
            return this;
        }

        /**
         * Connects.
         *
         * @throws IllegalArgumentException if choices contradict each other, or the client cannot be used so
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database,
         *     too old; if it is a replica or a Sentinel; or if its certificate is not trusted
         */
        public BotRedis connect() {
            Builder chosen = new Builder(this);
            return diagnosis().explain(() -> new BotRedis(chosen));
        }

        /**
         * Connects for leases alone, for a user of locks who keeps no conversations here. Closing the store closes the
         * connections, and client and threads unless they are yours.
         *
         * @throws IllegalArgumentException if choices contradict each other, or the client cannot be used so
         * @throws StorageUnavailableException if the server cannot be reached
         * @throws StorageRefusedException if the server refuses: wrong credentials, a missing right, no such database,
         *     too old; if it is a replica or a Sentinel; or if its certificate is not trusted
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
                        "commandTimeout(%s) contradicts a client of yours: its own timeout holds, %s",
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

        /** Opens a port of its own: to one server, or to the cluster to which it says that it belongs. */
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
                                + " name host and port of its nodes, as in redis://host1:7000,host2:7001",
                        null);
            }
            return toCluster(scripts);
        }

        private RedisPort toCluster(Function<RedisPort, CompletionStage<Void>> scripts) {
            if (uri.masterName().isPresent() || uri.socket().isPresent()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "cluster() contradicts %s: name nodes of the cluster", uri));
            }
            if (uri.database() != 0) {
                throw new IllegalArgumentException("a cluster has only database 0: " + uri);
            }
            return new PortSession(uri, connector, timeout(), scripts).cluster();
        }
    }
}
