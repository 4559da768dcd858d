package io.botfsm.redis.lettuce;

import static java.util.Objects.requireNonNull;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.spi.RedisConnector;
import io.botfsm.redis.spi.RedisDriver;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.UnsupportedClientException;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Connects to Redis through Lettuce. All conversations share one connection, with its own client and threads; lease
 * stores, and writes with a {@link io.botfsm.redis.Durability}, use connections of their own. Redis is one server, the
 * master that Sentinels report, or a cluster.
 *
 * <pre>{@code
 * try (BotRedis redis = LettuceRedis.connect("redis://localhost/1")) {
 *     Fsm fsm = Fsm.of(redis.stateStorage());
 * }
 * }</pre>
 *
 * <p>Works with Lettuce 6.6 to 7.7; an older version is refused with {@link UnsupportedClientException}. Lettuce's own
 * logger writes what it sends, passwords included, at level TRACE.
 */
public final class LettuceRedis {
    private LettuceRedis() {}

    /**
     * Connects with default settings.
     *
     * @param uri {@code redis://user:password@host:6379/1}, {@code rediss://…} for TLS, or
     *     {@code redis-socket:///path?database=1} for a Unix socket (which needs Netty's native transport on the class
     *     path); {@code redis-sentinel://host1,host2/1#master} for the master that Sentinels report; several servers,
     *     {@code redis://host1:7000,host2:7001}, for the cluster to which they belong; the parameter {@code timeout=5s}
     *     changes the command timeout
     * @throws IllegalArgumentException if the URI cannot be used; the message contains no credentials
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate is
     *     not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis connect(String uri) {
        return builder(uri).connect();
    }

    /**
     * Connects with default settings.
     *
     * @param uri the server; its timeout is the command timeout, unless it is Lettuce's own default or zero
     * @throws IllegalArgumentException if the URI cannot be used
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate is
     *     not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis connect(RedisURI uri) {
        return builder(uri).connect();
    }

    /**
     * Connects through a client of yours, with its resources, options and command timeout. The client is not closed
     * with the returned object.
     *
     * @param client a client that fails commands while disconnected and times them out
     * @param uri the server
     * @throws IllegalArgumentException if an option of the client would send commands again or let them hang; the
     *     message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate is
     *     not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis connect(RedisClient client, RedisURI uri) {
        return builder(client, uri).connect();
    }

    /**
     * Connects to the server that environment variables specify; see {@link RedisUri#fromEnvironment}.
     *
     * @throws IllegalArgumentException if a variable cannot be used or contradicts another; the message names it
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, because of wrong credentials, a missing permission or a
     *     database that does not exist; if it is too old; if it is a replica or a Sentinel; or if its certificate is
     *     not trusted
     * @throws UnsupportedClientException if Lettuce is older than 6.6
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
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis.Builder builder(String uri) {
        requireNonNull(uri, "uri");
        return builder(RedisUri.parse(uri));
    }

    /**
     * Returns a builder for a connection.
     *
     * @param uri the address of Redis
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis.Builder builder(RedisUri uri) {
        requireNonNull(uri, "uri");
        LettuceVersions.require();
        return BotRedis.builder(uri, timeout -> LettuceClient.own(LettuceUris.of(uri), timeout));
    }

    /**
     * Returns a builder for a connection.
     *
     * @param uri as for {@link #connect(RedisURI)}
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis.Builder builder(RedisURI uri) {
        requireNonNull(uri, "uri");
        LettuceVersions.require();
        RedisURI copy = LettuceUris.copy(uri);
        return BotRedis.builder(LettuceUris.described(copy), timeout -> LettuceClient.own(copy, timeout));
    }

    /**
     * Returns a builder for a connection through a client of yours.
     *
     * @param uri as for {@link #connect(RedisClient, RedisURI)}
     * @throws IllegalArgumentException if an option of the client would send commands again or let them hang; the
     *     message names it
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis.Builder builder(RedisClient client, RedisURI uri) {
        requireNonNull(client, "client");
        requireNonNull(uri, "uri");
        LettuceVersions.require();
        RedisURI copy = LettuceUris.copy(uri);
        Duration timeout = LettuceClient.requireHonest(client.getOptions(), copy);
        copy.setTimeout(timeout); // the timeout that applies, whatever the URI says
        return BotRedis.builder(LettuceUris.described(copy), new UsersClient(client, copy, timeout));
    }

    /**
     * Returns a builder for a connection through a client of yours to one server, Sentinels, or the nodes of a cluster.
     *
     * @param client as for {@link #connect(RedisClient, RedisURI)}
     * @param uri the address of Redis
     * @throws IllegalArgumentException if an option of the client would send commands again or let them hang; the
     *     message names it
     * @throws UnsupportedClientException if Lettuce is older than 6.6
     */
    public static BotRedis.Builder builder(RedisClient client, RedisUri uri) {
        requireNonNull(client, "client");
        requireNonNull(uri, "uri");
        LettuceVersions.require();
        RedisURI copy = LettuceUris.of(uri);
        Duration timeout = LettuceClient.requireHonest(client.getOptions(), copy);
        copy.setTimeout(timeout);
        return BotRedis.builder(uri, new UsersClient(client, copy, timeout));
    }

    private record UsersClient(RedisClient client, RedisURI uri, Duration ownTimeout) implements RedisConnector {
        @Override
        public RedisDriver open(Duration timeout) {
            return LettuceClient.of(client, uri, timeout);
        }

        @Override
        public Optional<Duration> timeout() {
            return Optional.of(ownTimeout);
        }
    }
}
