package io.botfsm.redis.jedis;

import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
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
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.util.Pool;

/** How to reach a server, or the master that Sentinels know, through a pool of connections. Immutable. */
final class JedisAccess implements RedisAccess {
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** A connection that nobody needs is closed after a minute or so. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final String server;
    private final Duration timeout;
    private final int poolSize;
    private final RoleCheck roleCheck;
    private final Supplier<ConnectionProvider> providers;
    private final Supplier<Connection> separate;

    private JedisAccess(
            String server,
            Duration timeout,
            int poolSize,
            RoleCheck roleCheck,
            Supplier<ConnectionProvider> providers,
            Supplier<Connection> separate) {
        this.server = server;
        this.timeout = timeout;
        this.poolSize = poolSize;
        this.roleCheck = roleCheck;
        this.providers = providers;
        this.separate = separate;
    }

    /** Connections of our own, to one server or to the master that Sentinels know. */
    static JedisAccess to(RedisUri uri, Duration timeout, int poolSize) {
        JedisClientConfig config = serverConfig(uri, timeout);
        if (uri.masterName().isEmpty()) {
            Node node = uri.nodes().get(0);
            return own(uri.toString(), timeout, poolSize, RoleCheck.OF_ANOTHER_SERVER, sockets(node, config), config);
        }
        Duration answer = min(timeout, CONNECT_TIMEOUT);
        JedisSocketFactory sockets = new MasterSockets(
                uri.nodes(), uri.masterName().get(), sentinelConfig(uri, answer), config, answer.multipliedBy(2));
        return own(uri.toString(), timeout, poolSize, RoleCheck.ALWAYS, sockets, config);
    }

    /**
     * Connections of our own to a node of a cluster.
     *
     * @param settings how to talk to all
     */
    static JedisAccess ofNode(RedisUri settings, Node node, Duration timeout, int poolSize) {
        JedisClientConfig config = serverConfig(settings, timeout);
        String name = RedisUri.builder()
                .tls(settings.isTls())
                .node(node.host(), node.port())
                .build()
                .toString();
        return own(name, timeout, poolSize, RoleCheck.NEVER, sockets(node, config), config);
    }

    private static JedisSocketFactory sockets(Node node, JedisClientConfig config) {
        return new DefaultJedisSocketFactory(new HostAndPort(node.host(), node.port()), config);
    }

    private static JedisAccess own(
            String server,
            Duration timeout,
            int poolSize,
            RoleCheck roleCheck,
            JedisSocketFactory sockets,
            JedisClientConfig config) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(poolSize);
        pool.setMaxIdle(poolSize);
        pool.setMaxWait(timeout);
        pool.setJmxEnabled(false);
        pool.setMinEvictableIdleDuration(IDLE);
        pool.setTimeBetweenEvictionRuns(IDLE.dividedBy(2));
        return new JedisAccess(
                server,
                timeout,
                poolSize,
                roleCheck,
                () -> new PooledConnectionProvider(new ConnectionFactory(sockets, config), pool),
                () -> new Connection(sockets, config));
    }

    private static JedisClientConfig serverConfig(RedisUri uri, Duration timeout) {
        return config(uri, timeout, uri.user(), uri.password())
                .database(uri.database())
                .build();
    }

    /** A Sentinel knows no databases, and has credentials of its own. */
    private static JedisClientConfig sentinelConfig(RedisUri uri, Duration timeout) {
        return config(uri, timeout, uri.sentinelUser(), uri.sentinelPassword()).build();
    }

    /** Without telling the library's name (CLIENT SETINFO): that is one more right for a user to have. */
    private static DefaultJedisClientConfig.Builder config(
            RedisUri uri, Duration timeout, Optional<String> user, Optional<String> password) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis(min(timeout, CONNECT_TIMEOUT)))
                .socketTimeoutMillis(millis(timeout))
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        JedisVersions.resp2(config);
        user.ifPresent(config::user);
        password.ifPresent(config::password);
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
        return config;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static int millis(Duration timeout) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
    }

    /**
     * The connections of the user's pool.
     *
     * @throws IllegalArgumentException if a call could wait for ever
     */
    static JedisAccess over(Pool<Connection> pool) {
        if (pool.getBlockWhenExhausted() && pool.getMaxWaitDuration().isNegative()) {
            throw new IllegalArgumentException(
                    "the client would let a call wait for a connection for ever: set its pool's maxWait");
        }
        Duration timeout;
        String server;
        try (Connection connection = pool.getResource()) {
            timeout = Duration.ofMillis(connection.getSoTimeout());
            server = "redis://" + JedisVersions.address(connection);
        } catch (JedisException e) {
            throw Connections.notConnected("Jedis client", e);
        }
        if (timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the client would let a command wait for ever: set its socketTimeoutMillis");
        }
        int size = pool.getMaxTotal() < 0 ? JedisRedis.DEFAULT_POOL_SIZE : pool.getMaxTotal();
        return new JedisAccess(
                server, timeout, size, RoleCheck.OF_ANOTHER_SERVER, () -> theirs(pool), () -> separate(pool));
    }

    private static Connection separate(Pool<Connection> pool) {
        try {
            return pool.getFactory().makeObject().getObject();
        } catch (JedisException e) {
            throw e;
        } catch (Exception e) {
            throw new JedisException(e);
        }
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

    @Override
    public String server() {
        return server;
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public RedisPort port(Consumer<RedisPort> onClose) {
        return open(Optional.empty(), onClose);
    }

    /**
     * Whether the server is a node of a cluster; see {@link ServerProbe#isOfCluster}. Blocks.
     */
    boolean isOfCluster() {
        try (RedisPort port = port(closed -> {})) {
            return new ServerProbe(port, server, timeout).isOfCluster();
        }
    }

    /** The port of a node of a cluster. Nothing is connected yet. */
    ClusterNode nodePort() {
        return open(Optional.empty(), port -> {});
    }

    private JedisPort open(Optional<CommandArguments> follower, Consumer<RedisPort> onClose) {
        Connections connections = new Connections(server, roleCheck, providers.get());
        Threads threads = new Threads(poolSize);
        Subscriptions subscriptions = subscriptions(server, separate, threads, timeout);
        connections.onOtherProcess(roleCheck == RoleCheck.ALWAYS ? subscriptions::follow : subscriptions::suspect);
        return new JedisPort(
                connections,
                threads,
                timeout,
                subscriptions,
                command -> open(Optional.of(command), closed -> {}),
                follower,
                onClose);
    }

    /**
     * Subscriptions over a connection outside any pool.
     *
     * @param opener opens one; blocks
     */
    static Subscriptions subscriptions(String server, Supplier<Connection> opener, Threads threads, Duration timeout) {
        return new Subscriptions(
                server,
                () -> JedisChannels.open(opener),
                threads.clock(),
                threads::isClock,
                CONNECT_TIMEOUT.plus(timeout),
                timeout);
    }

    /** A connection outside any pool, which belongs to the caller. Blocks. */
    Connection separate() {
        return separate.get();
    }
}
