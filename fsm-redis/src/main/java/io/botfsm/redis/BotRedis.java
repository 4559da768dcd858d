package io.botfsm.redis;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.ServerAccess;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Redis for bots, through whichever client connected: storages that share one connection or pool, and lease stores with others of
 * their own. One server, the master that Sentinels know, or a cluster. Clients connect by {@code LettuceRedis.connect(uri)} and
 * {@code JedisRedis.connect(uri)}.
 *
 * <p>Connecting checks the server once: that it answers, is no replica, is new enough (Redis 6.2 or Valkey) and gives the
 * user every right that is needed. A node of a cluster is used as that cluster. Afterwards calls fail within the command
 * timeout while the server is unavailable, and work again by themselves within two seconds of its return, or after its
 * replica has taken its place; no command is kept while disconnected, and none is executed twice.
 *
 * <p>Thread-safe; make one and share it. Credentials appear in no message of this class.
 */
public final class BotRedis implements AutoCloseable {
    /** How long a command may take unless chosen otherwise. */
    public static final Duration DEFAULT_COMMAND_TIMEOUT = Duration.ofSeconds(2);

    /** Opens ports for leases. */
    @FunctionalInterface
    public interface LeasePorts {
        /**
         * Opens one. Blocks.
         *
         * @param onClose is to be told the port when it is closed
         */
        RedisPort open(Consumer<RedisPort> onClose);
    }

    private final ServerAccess access;
    private final LeasePorts leasePorts;
    private final RedisStorageOptions storageOptions;
    private final RedisLeaseOptions leaseOptions;
    private final Set<String> checkedPrefixes = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final Set<RedisPort> portsForLeases = new HashSet<>();
    private boolean closed;

    /**
     * Stores over a client; the port is closed if the server is not what they need. Blocks.
     *
     * @param access to the server; its port is closed with this object
     */
    public BotRedis(
            ServerAccess access,
            LeasePorts leasePorts,
            RedisStorageOptions storageOptions,
            RedisLeaseOptions leaseOptions) {
        this.access = access;
        this.leasePorts = leasePorts;
        this.storageOptions = storageOptions;
        this.leaseOptions = leaseOptions;
        try {
            check(storageOptions);
        } catch (RuntimeException e) {
            access.port().close();
            throw e;
        }
    }

    /** A storage with the options chosen when connecting. */
    public StateStorage stateStorage() {
        return stateStorage(storageOptions);
    }

    /**
     * A storage with other options. Storages share the connections; closing one leaves them to the others. If the keys have another
     * prefix than those of storages before, or writes are to be durable, the server is checked for it first, which blocks.
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
        return storageOptions;
    }

    /** The connection of the storages, for modules that keep something else in Redis. */
    public ServerAccess access() {
        return access;
    }

    /** A store of leases with the options chosen when connecting; see {@link #leaseStore(RedisLeaseOptions)}. */
    public LeaseStore leaseStore() {
        return leaseStore(leaseOptions);
    }

    /**
     * A store of leases with other options. Each has connections and threads of its own (unless the client is yours, which keeps
     * its threads and pool), so that a renewal never waits for the conversations: so make one for all locks, not one for each, and
     * another one for leases that are many. Closing it closes those; otherwise they are closed with this object, after the
     * storages.
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
        RedisPort own = leasePorts.open(this::forget);
        LeaseStore store = leaseStore(new ServerAccess(own, access.server(), access.timeout()), options);
        synchronized (lock) {
            if (!closed) {
                portsForLeases.add(own);
                return store;
            }
        }
        store.close();
        throw new StorageClosedException();
    }

    /**
     * A store of leases over a port, which it closes, after checking the server. Blocks.
     *
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, such as for a missing right
     */
    public static LeaseStore leaseStore(ServerAccess access, RedisLeaseOptions options) {
        try {
            new RedisServerCheck(access.port(), access.server(), access.timeout()).runForLeases(options.keyPrefix());
        } catch (RuntimeException e) {
            access.port().close();
            throw e;
        }
        return new RedisLeaseStore(access.port(), access.timeout(), options);
    }

    private void requireOpen() {
        synchronized (lock) {
            if (closed) {
                throw new StorageClosedException();
            }
        }
    }

    private void forget(RedisPort own) {
        synchronized (lock) {
            portsForLeases.remove(own);
        }
    }

    /**
     * Ends the connections, that of the storages first and those of lease stores last, and clients and threads unless they are
     * yours; every later call on a storage fails with {@link StorageClosedException}, on a lease store with
     * {@link io.botfsm.lock.store.LeaseStoreException}. A lease that is still held is not given back, and lasts until it
     * expires: close the locks before. Idempotent.
     */
    @Override
    public void close() {
        access.port().close();
        Set<RedisPort> left;
        synchronized (lock) {
            closed = true;
            left = Set.copyOf(portsForLeases);
            portsForLeases.clear();
        }
        left.forEach(RedisPort::close);
    }

    /** The server, without credentials. */
    @Override
    public String toString() {
        return "BotRedis[" + access.server() + "]";
    }
}
