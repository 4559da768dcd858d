package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.Subscriptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.util.Pool;

/** How to reach a server. Each port has threads and, unless the client is the user's, connections of its own. Immutable. */
final class JedisAccess {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** A connection that nobody needs is closed after a minute or so. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final String server;
    private final Duration timeout;
    private final int poolSize;
    private final Supplier<ConnectionProvider> providers;

    private JedisAccess(String server, Duration timeout, int poolSize, Supplier<ConnectionProvider> providers) {
        this.server = server;
        this.timeout = timeout;
        this.poolSize = poolSize;
        this.providers = providers;
    }

    /** Connections of our own. */
    static JedisAccess to(RedisUri uri, Duration timeout, int poolSize) {
        RedisUri.Node node = uri.requireOneServer().nodes().get(0);
        HostAndPort address = new HostAndPort(node.host(), node.port());
        JedisClientConfig config = config(uri, timeout);
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(poolSize);
        pool.setMaxIdle(poolSize);
        pool.setMaxWait(timeout);
        pool.setJmxEnabled(false);
        pool.setMinEvictableIdleDuration(IDLE);
        pool.setTimeBetweenEvictionRuns(IDLE.dividedBy(2));
        return new JedisAccess(
                uri.toString(), timeout, poolSize, () -> new PooledConnectionProvider(address, config, pool));
    }

    /** Without telling the library's name (CLIENT SETINFO): that is one more right for a user to have. */
    private static JedisClientConfig config(RedisUri uri, Duration timeout) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .resp2()
                .connectionTimeoutMillis(millis(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT))
                .socketTimeoutMillis(millis(timeout))
                .database(uri.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        uri.user().ifPresent(config::user);
        uri.password().ifPresent(config::password);
        if (uri.isTls()) {
            config.sslOptions(SslOptions.builder()
                    .sslVerifyMode(
                            switch (uri.peerCheck()) {
                                case FULL -> SslVerifyMode.FULL;
                                case CA -> SslVerifyMode.CA;
                                case NONE -> SslVerifyMode.INSECURE;
                            })
                    .build());
        }
        return config.build();
    }

    private static int millis(Duration timeout) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
    }

    /**
     * The connections of the user's client.
     *
     * @throws IllegalArgumentException if a call could wait for ever
     */
    static JedisAccess over(RedisClient client) {
        Pool<Connection> pool = client.getPool();
        if (pool.getBlockWhenExhausted() && pool.getMaxWaitDuration().isNegative()) {
            throw new IllegalArgumentException(
                    "the client would let a call wait for a connection for ever: set its pool's maxWait");
        }
        Duration timeout;
        String server;
        try (Connection connection = pool.getResource()) {
            timeout = Duration.ofMillis(connection.getSoTimeout());
            server = "redis://" + connection.getHostAndPort();
        } catch (JedisException e) {
            throw Connections.notConnected("Jedis client", e);
        }
        if (timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the client would let a command wait for ever: set its socketTimeoutMillis");
        }
        int size = pool.getMaxTotal() < 0 ? JedisRedis.DEFAULT_POOL_SIZE : pool.getMaxTotal();
        return new JedisAccess(server, timeout, size, () -> theirs(pool));
    }

    /** Theirs is not closed by us. */
    private static ConnectionProvider theirs(Pool<Connection> pool) {
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

    String server() {
        return server;
    }

    Duration timeout() {
        return timeout;
    }

    /**
     * A port. Nothing is connected yet.
     *
     * @param onClose told the port when it is closed
     */
    RedisPort port(Consumer<RedisPort> onClose) {
        return port(Optional.empty(), onClose);
    }

    private JedisPort port(Optional<CommandArguments> follower, Consumer<RedisPort> onClose) {
        Connections connections = new Connections(server, providers.get());
        Threads threads = new Threads(poolSize);
        Subscriptions subscriptions = new Subscriptions(
                server,
                () -> JedisChannels.open(connections::separate),
                threads.clock(),
                threads::isClock,
                CONNECT_TIMEOUT.plus(timeout),
                timeout);
        return new JedisPort(
                connections,
                threads,
                timeout,
                subscriptions,
                command -> port(Optional.of(command), closed -> {}),
                follower,
                onClose);
    }
}
