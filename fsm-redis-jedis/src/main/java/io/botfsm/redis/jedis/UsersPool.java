package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisConnector;
import io.botfsm.redis.spi.RedisDriver;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisUri;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * A user's pool of connections to one server.
 *
 * @param server the server to which it connects
 * @param ownTimeout how long it lets a command take
 */
record UsersPool(Pool<Connection> pool, RedisUri server, Duration ownTimeout) implements RedisConnector {
    /**
     * Checks the pool. Blocks.
     *
     * @throws IllegalArgumentException if a call could wait forever
     */
    static UsersPool of(Pool<Connection> pool) {
        if (pool.getBlockWhenExhausted() && pool.getMaxWaitDuration().isNegative()) {
            throw new IllegalArgumentException(
                    "the client would let a call wait for a connection forever: set its pool's maxWait");
        }
        try (Connection connection = pool.getResource()) {
            Duration timeout = Duration.ofMillis(connection.getSoTimeout());
            if (timeout.isZero()) {
                throw new IllegalArgumentException(
                        "the client would let a command wait forever: set its socketTimeoutMillis");
            }
            return new UsersPool(pool, server(JedisVersions.address(connection)), timeout);
        } catch (JedisException e) {
            RedisPortException why = PooledConnections.refused(e);
            throw why.whileConnecting("Jedis client", Duration.ZERO);
        }
    }

    private static RedisUri server(String address) {
        int colon = address.lastIndexOf(':');
        try {
            return RedisUri.builder()
                    .node(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))
                    .build();
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException e) { // such as a socket of a factory of the user's
            return RedisUri.builder().socket(address).build();
        }
    }

    /** Only the address is known, not whether the pool uses TLS. */
    @Override
    public boolean followsUri() {
        return false;
    }

    @Override
    public Optional<Duration> timeout() {
        return Optional.of(ownTimeout);
    }

    @Override
    public RedisDriver open(Duration timeout) {
        int size = pool.getMaxTotal() < 0 ? JedisRedis.DEFAULT_POOL_SIZE : pool.getMaxTotal();
        return JedisDriver.over(new JedisServer(this::provider, this::separate), server.toString(), timeout, size);
    }

    private Connection separate() {
        try {
            return pool.getFactory().makeObject().getObject();
        } catch (JedisException e) {
            throw e;
        } catch (Exception e) {
            throw new JedisException(e);
        }
    }

    /** Returns a provider that does not close the pool. */
    private ConnectionProvider provider() {
        return new ConnectionProvider() {
            @Override
            public Connection getConnection() {
                return pool.getResource();
            }

            @Override
            public Connection getConnection(CommandArguments command) {
                return pool.getResource();
            }

            @Override
            public Map<?, Pool<Connection>> getConnectionMap() {
                return Map.of(pool, pool);
            }

            @Override
            public void close() {}
        };
    }
}
