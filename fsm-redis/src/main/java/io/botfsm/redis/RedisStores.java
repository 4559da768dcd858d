package io.botfsm.redis;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.spi.RedisPort;
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
 * What a client's entry class hands out: storages that share one port, and lease stores with ports of their own, each after the
 * server was checked for what it needs. Thread-safe.
 */
public final class RedisStores implements AutoCloseable {
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

    private final RedisPort port;
    private final String server;
    private final Duration timeout;
    private final LeasePorts leasePorts;
    private final Set<String> checkedPrefixes = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final Set<RedisPort> portsForLeases = new HashSet<>();
    private boolean closed;

    /**
     * Stores over a client.
     *
     * @param port of the storages; closed with this object
     * @param server the server's name for errors, without credentials
     * @param timeout how long the client lets a command take
     */
    public RedisStores(RedisPort port, String server, Duration timeout, LeasePorts leasePorts) {
        this.port = port;
        this.server = server;
        this.timeout = timeout;
        this.leasePorts = leasePorts;
    }

    /**
     * A storage; closing it leaves the port open. If the keys have another prefix than those of storages before, or writes are to be
     * durable, the server is checked for it first, which blocks.
     *
     * @throws StorageUnavailableException if the server has to be asked and does not answer
     * @throws StorageRefusedException if it is too old, cannot confirm what is asked for, or the user lacks a right
     */
    public StateStorage stateStorage(RedisStorageOptions options) {
        check(options);
        return new RedisStateStorage(port, timeout, options);
    }

    /**
     * A storage that keeps conversations as aiogram does, after the server was checked for it, which blocks; closing it leaves the
     * port open.
     *
     * @throws StorageUnavailableException if the server does not answer
     * @throws StorageRefusedException if the server is of a cluster, or the user lacks a right for such keys
     */
    public StateStorage stateStorage(AiogramLayout layout) {
        new RedisServerCheck(port, server, timeout).run(layout);
        return new AiogramStateStorage(port, timeout, layout);
    }

    /**
     * Checks the server for a storage with these options, as far as that was not done; throws as {@link #stateStorage} does.
     */
    public void check(RedisStorageOptions options) {
        RedisServerCheck check = new RedisServerCheck(port, server, timeout);
        if (!checkedPrefixes.contains(options.keyPrefix())) {
            check.run(options.keyPrefix());
            checkedPrefixes.add(options.keyPrefix());
        }
        options.durability().ifPresent(wanted -> check.runForDurability(options.keyPrefix(), wanted));
    }

    /**
     * A migration of conversations from aiogram's layout to the one of the options, or back, after the server was checked for the
     * former, which blocks.
     *
     * @throws StorageUnavailableException if the server does not answer
     * @throws StorageRefusedException if the server is of a cluster, or the user lacks a right for such keys
     */
    public AiogramMigration aiogramMigration(AiogramLayout layout, RedisStorageOptions options) {
        new RedisServerCheck(port, server, timeout).run(layout);
        return new AiogramMigration(port, timeout, layout, options);
    }

    /**
     * A store of leases with a port of its own, which it closes, at the latest when this object is closed. Blocks.
     *
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, such as for a missing right
     * @throws StorageClosedException if this object is closed
     */
    public LeaseStore leaseStore(RedisLeaseOptions options) {
        requireOpen();
        RedisPort own = leasePorts.open(this::forget);
        LeaseStore store = leaseStore(own, server, timeout, options);
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
     * @param server the server's name for errors, without credentials
     * @param timeout how long the client lets a command take
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, such as for a missing right
     */
    public static LeaseStore leaseStore(RedisPort port, String server, Duration timeout, RedisLeaseOptions options) {
        try {
            new RedisServerCheck(port, server, timeout).runForLeases(options.keyPrefix());
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
        return new RedisLeaseStore(port, timeout, options);
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

    /** Closes the port of the storages first and those of lease stores last. Idempotent. */
    @Override
    public void close() {
        port.close();
        Set<RedisPort> left;
        synchronized (lock) {
            closed = true;
            left = Set.copyOf(portsForLeases);
            portsForLeases.clear();
        }
        left.forEach(RedisPort::close);
    }
}
