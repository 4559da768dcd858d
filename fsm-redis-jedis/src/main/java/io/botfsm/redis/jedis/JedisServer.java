package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisConnector;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * Connects to one server, or to the master that Sentinels report.
 *
 * @param pool makes a pool of connections
 * @param separate opens a connection outside any pool; blocks
 */
record JedisServer(Supplier<ConnectionProvider> pool, Supplier<Connection> separate) {
    /** The time after which an unused connection is closed. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** Returns the server of a URI, or the master that its Sentinels report. */
    static JedisServer of(RedisUri uri, Duration timeout, CommandTimeouts timeouts, int poolSize) {
        if (uri.masterName().isEmpty()) {
            return of(uri, uri.nodes().get(0), timeout, timeouts, poolSize);
        }
        JedisClientConfig config = serverConfig(uri, timeout);
        Duration answer = min(timeout, RedisConnector.CONNECT_TIMEOUT);
        JedisSocketFactory sockets = new MasterSockets(
                uri.nodes(),
                uri.masterName().get(),
                sentinelConfig(uri, answer),
                config,
                timeouts,
                answer.multipliedBy(2));
        return of(sockets, config, timeout, timeouts, poolSize);
    }

    /** Returns one server, with the settings of a URI. */
    static JedisServer of(RedisUri settings, Node node, Duration timeout, CommandTimeouts timeouts, int poolSize) {
        JedisClientConfig config = serverConfig(settings, timeout);
        return of(
                new DefaultJedisSocketFactory(new HostAndPort(node.host(), node.port()), config),
                config,
                timeout,
                timeouts,
                poolSize);
    }

    private static JedisServer of(
            JedisSocketFactory sockets,
            JedisClientConfig config,
            Duration timeout,
            CommandTimeouts timeouts,
            int poolSize) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(poolSize);
        pool.setMaxIdle(poolSize);
        pool.setMaxWait(timeout);
        pool.setJmxEnabled(false);
        pool.setMinEvictableIdleDuration(IDLE);
        pool.setTimeBetweenEvictionRuns(IDLE.dividedBy(2));
        Supplier<Connection> opened =
                () -> TimedSockets.use(sockets, timeouts, within -> new Connection(within, config));
        ConnectionFactory factory = new ConnectionFactory(sockets, config) {
            @Override
            public PooledObject<Connection> makeObject() {
                return new DefaultPooledObject<>(opened.get());
            }
        };
        return new JedisServer(() -> new PooledConnectionProvider(factory, pool), opened);
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

    /**
     * Returns a configuration that does not send the library's name (CLIENT SETINFO), which would require another
     * permission.
     */
    private static DefaultJedisClientConfig.Builder config(
            RedisUri uri, Duration timeout, Optional<String> user, Optional<String> password) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis(min(timeout, RedisConnector.CONNECT_TIMEOUT)))
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
}
