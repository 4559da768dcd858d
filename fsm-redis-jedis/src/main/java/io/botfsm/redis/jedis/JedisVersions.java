package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.ClientVersion;
import io.botfsm.redis.spi.UnsupportedClientException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Pool;

/** The versions of Jedis that work, and what differs between them: this code is compiled with the newest. */
final class JedisVersions {
    private static final ClientVersion SUPPORTED = new ClientVersion("Jedis", "redis.clients:jedis", "6.0", "8.0");

    private static final Pattern ADDRESS = Pattern.compile("\\{([^{}]+)}");

    private JedisVersions() {}

    /**
     * Checks the version. Must be called before anything else of Jedis is used.
     *
     * @throws UnsupportedClientException if Jedis is too old
     */
    static void require() {
        SUPPORTED.require(Connection.class, () -> SslOptions.class);
    }

    /**
     * Returns the pool of a user's client. The classes of clients differ between versions: {@code JedisPooled} up to 7,
     * {@code RedisClient} since 7.2.
     *
     * @throws IllegalArgumentException if the client has no accessible pool
     */
    @SuppressWarnings("unchecked") // of connections, whatever the client
    static Pool<Connection> pool(UnifiedJedis client) {
        try {
            return (Pool<Connection>) client.getClass().getMethod("getPool").invoke(client);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    client.getClass().getName()
                            + " has no accessible pool of connections to one server: use RedisClient, JedisPooled"
                            + " or a ConnectionPool; for a cluster or Sentinels, use JedisRedis.connect",
                    e);
        }
    }

    /** Selects RESP2, since HELLO would require another permission. Before Jedis 8, RESP2 is the default. */
    static void resp2(DefaultJedisClientConfig.Builder config) {
        try {
            config.resp2();
        } catch (NoSuchMethodError e) {
            // It is the default.
        }
    }

    /** Where a connection leads. */
    static String address(Connection connection) {
        try {
            return connection.getHostAndPort().toString();
        } catch (IncompatibleClassChangeError e) { // not public
            Matcher address = ADDRESS.matcher(connection.toString());
            return address.find() ? address.group(1) : connection.toString();
        }
    }

    /** Closes a connection that another thread may be using. */
    static void disconnect(Connection connection) {
        try {
            try {
                connection.forceDisconnect();
            } catch (NoSuchMethodError e) {
                connection.disconnect();
            }
        } catch (IOException | JedisException e) {
            // It is closed by then.
        }
    }
}
