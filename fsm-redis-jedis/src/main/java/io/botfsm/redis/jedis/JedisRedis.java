package io.botfsm.redis.jedis;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.UnsupportedClientException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.util.Map;
import redis.clients.jedis.Connection;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.Pool;

/**
 * Connects to Redis through Jedis: with a pool of connections and threads for conversations, and others for lease
 * stores. It uses one server, the master that Sentinels report, or a cluster, with a pool and threads for each node.
 *
 * <pre>{@code
 * try (BotRedis redis = JedisRedis.connect("redis://localhost/1")) {
 *     Fsm fsm = Fsm.of(redis.stateStorage());
 * }
 * }</pre>
 *
 * <p>Works with Jedis 6.0 to 8.0; an older version is refused with {@link UnsupportedClientException}.
 */
public final class JedisRedis {
    /** The default maximum number of connections, and of threads that wait on them. */
    public static final int DEFAULT_POOL_SIZE = 8;

    private JedisRedis() {}

    /**
     * Connects with default settings.
     *
     * @param uri the address in the format of {@link RedisUri#parse}, but not a Unix socket, which Jedis does not
     *     support; its timeout is the command timeout
     * @throws IllegalArgumentException if the URI cannot be used; the message contains no credentials
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate is
     *     not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis connect(String uri) {
        return builder(uri).connect();
    }

    /**
     * Connects through the pool of a client of yours, with its timeouts. The client is not closed with the returned
     * object.
     *
     * @param client a client of one server: {@code RedisClient} since Jedis 7.2, {@code JedisPooled} up to 7; commands,
     *     and calls that wait for a connection, must end in bounded time
     * @throws IllegalArgumentException if the client has no pool for all its calls, such as one of a cluster, or an
     *     option of it would let a call hang; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica, a Sentinel or a node of a cluster; or if
     *     its certificate is not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis connect(UnifiedJedis client) {
        requireNonNull(client, "client");
        JedisVersions.require();
        return connect(JedisVersions.pool(client));
    }

    /**
     * Connects through a pool of yours, with its timeouts. The pool is not closed with the returned object.
     *
     * @param pool a pool of connections to one server, such as {@code ConnectionPool}; commands, and calls that wait
     *     for a connection, must end in bounded time
     * @throws IllegalArgumentException if an option of the pool would let a call hang; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica, a Sentinel or a node of a cluster; or if
     *     its certificate is not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis connect(Pool<Connection> pool) {
        requireNonNull(pool, "pool");
        JedisVersions.require();
        UsersPool theirs = UsersPool.of(pool);
        return BotRedis.builder(theirs.server(), theirs).connect();
    }

    /**
     * Connects to the server that environment variables specify; see {@link RedisUri#fromEnvironment}.
     *
     * @throws IllegalArgumentException if a variable cannot be used or contradicts another; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate is
     *     not trusted
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    static BotRedis fromEnvironment(Map<String, String> variables) {
        return builder(RedisUri.fromEnvironment(variables)).connect();
    }

    /**
     * Returns a builder for a connection.
     *
     * @param uri as for {@link #connect(String)}
     * @throws IllegalArgumentException if the URI cannot be used; the message contains no credentials
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis.Builder builder(String uri) {
        requireNonNull(uri, "uri");
        return builder(RedisUri.parse(uri));
    }

    /**
     * Returns a builder for a connection.
     *
     * @param uri the address; not a Unix socket
     * @throws IllegalArgumentException if it cannot be used; the message contains no credentials
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis.Builder builder(RedisUri uri) {
        return builder(uri, DEFAULT_POOL_SIZE);
    }

    /**
     * Returns a builder for a connection.
     *
     * @param uri the address; not a Unix socket
     * @param poolSize the maximum number of connections to a server, and of threads that wait on them; further calls
     *     wait, within the command timeout
     * @throws IllegalArgumentException if the URI cannot be used, or the pool size is not positive; the message holds
     *     no credentials
     * @throws UnsupportedClientException if Jedis is older than 6.0
     */
    public static BotRedis.Builder builder(RedisUri uri, int poolSize) {
        requireNonNull(uri, "uri");
        if (poolSize < 1) {
            throw new IllegalArgumentException("pool size must be positive: " + poolSize);
        }
        if (uri.socket().isPresent()) {
            throw new IllegalArgumentException(uri + ": Jedis does not support Unix sockets; use Lettuce instead");
        }
        JedisVersions.require();
        return BotRedis.builder(uri, timeout -> JedisDriver.to(uri, timeout, poolSize));
    }
}
