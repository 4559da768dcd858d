package io.botfsm.spring;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.spring.StorageBackend.Opened;
import io.lettuce.core.RedisClient;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.data.redis.RedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Redis at the address in {@code botfsm.redis.uri} or Spring Data's connection details, with whichever client is
 * present.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(BotRedis.class)
final class RedisConfiguration {
    private static StorageBackend backend(
            String client,
            BotfsmProperties properties,
            RedisAddress address,
            Function<RedisAddress, BotRedis.Builder> builder) {
        return new StorageBackend(StorageKind.REDIS, client + " is present, and " + address.reason(), () -> {
            BotRedis.Builder redis = builder.apply(address);
            if (address.isCluster()) {
                redis.cluster();
            }
            if (properties.ttl() != null) {
                redis.storageOptions(
                        RedisStorageOptions.builder().ttl(properties.ttl()).build());
            }
            BotRedis connected = redis.connect();
            return Opened.of(connected, connected);
        });
    }

    @Configuration(proxyBeanMethods = false)
    @Order(1)
    @ConditionalOnProperty("botfsm.redis.uri")
    static final class OwnProperty {
        @Bean
        RedisAddress botfsmRedisAddress(BotfsmProperties properties) {
            return BotfsmStartException.using(
                    "botfsm.redis.uri",
                    "Write it as redis://user:password@host:6379/1, or leave it out for spring.data.redis.*.",
                    () -> RedisAddress.of(String.valueOf(properties.redis().uri())));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Order(2)
    @ConditionalOnClass(RedisConnectionDetails.class)
    @ConditionalOnBean(RedisConnectionDetails.class)
    @ConditionalOnMissingBean(RedisAddress.class)
    static final class Boot3 {
        @Bean
        RedisAddress botfsmRedisAddress(RedisConnectionDetails details) {
            return RedisAddress.ofSpring(() -> address(details));
        }

        private static RedisAddress address(RedisConnectionDetails details) {
            RedisUri.Builder uri =
                    RedisAddress.authenticated(RedisUri.builder(), details.getUsername(), details.getPassword());
            SslBundle ssl = null;
            var standalone = details.getStandalone();
            var sentinel = details.getSentinel();
            var cluster = details.getCluster();
            if (sentinel != null) {
                sentinel.getNodes().forEach(node -> uri.node(node.host(), node.port()));
                RedisAddress.sentinelAuthenticated(uri, sentinel.getUsername(), sentinel.getPassword())
                        .masterName(sentinel.getMaster())
                        .database(sentinel.getDatabase());
                ssl = sentinel.getSslBundle();
            } else if (cluster != null) {
                cluster.getNodes().forEach(node -> uri.node(node.host(), node.port()));
                ssl = cluster.getSslBundle();
            } else if (standalone != null) {
                uri.node(standalone.getHost(), standalone.getPort()).database(standalone.getDatabase());
                ssl = standalone.getSslBundle();
            }
            return RedisAddress.of(uri, cluster != null, ssl);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Order(3)
    @ConditionalOnClass(DataRedisConnectionDetails.class)
    @ConditionalOnBean(DataRedisConnectionDetails.class)
    @ConditionalOnMissingBean(RedisAddress.class)
    static final class Boot4 {
        @Bean
        RedisAddress botfsmRedisAddress(DataRedisConnectionDetails details) {
            return RedisAddress.ofSpring(() -> address(details));
        }

        private static RedisAddress address(DataRedisConnectionDetails details) {
            RedisUri.Builder uri =
                    RedisAddress.authenticated(RedisUri.builder(), details.getUsername(), details.getPassword());
            var standalone = details.getStandalone();
            var sentinel = details.getSentinel();
            var cluster = details.getCluster();
            if (sentinel != null) {
                sentinel.getNodes().forEach(node -> uri.node(node.host(), node.port()));
                RedisAddress.sentinelAuthenticated(uri, sentinel.getUsername(), sentinel.getPassword())
                        .masterName(sentinel.getMaster())
                        .database(sentinel.getDatabase());
            } else if (cluster != null) {
                cluster.getNodes().forEach(node -> uri.node(node.host(), node.port()));
            } else if (standalone != null) {
                uri.node(standalone.getHost(), standalone.getPort()).database(standalone.getDatabase());
            } else {
                throw new BotfsmStartException(
                        "spring.data.redis names a master with its replicas, which a bot cannot use.",
                        "Name only the master, or name its Sentinels, or set botfsm.redis.uri.",
                        null);
            }
            return RedisAddress.of(uri, cluster != null, details.getSslBundle());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Order(4)
    @ConditionalOnClass({LettuceRedis.class, RedisClient.class})
    @ConditionalOnBean(RedisAddress.class)
    static final class Lettuce {
        @Bean
        LettuceClients botfsmLettuceClients(BotfsmProperties properties, ObjectProvider<RedisClient> clients) {
            return new LettuceClients(
                    Optional.ofNullable(clients.getIfUnique()),
                    properties.redis().timeout());
        }

        @Bean
        StorageBackend botfsmLettuceBackend(BotfsmProperties properties, RedisAddress address, LettuceClients clients) {
            return backend(
                    "fsm-redis-lettuce" + (clients.isOwn() ? " with a RedisClient of the application" : ""),
                    properties,
                    address,
                    clients::builder);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Order(5)
    @ConditionalOnClass(JedisRedis.class)
    @ConditionalOnMissingClass("io.botfsm.redis.lettuce.LettuceRedis")
    @ConditionalOnBean(RedisAddress.class)
    static final class Jedis {
        @Bean
        StorageBackend botfsmJedisBackend(BotfsmProperties properties, RedisAddress address) {
            return backend("fsm-redis-jedis", properties, address, there -> {
                if (there.ssl().isPresent()) {
                    throw new IllegalArgumentException("an SSL bundle is supported with fsm-redis-lettuce only");
                }
                BotRedis.Builder redis = JedisRedis.builder(there.uri());
                return there.uri().timeout().isPresent()
                        ? redis
                        : redis.commandTimeout(properties.redis().timeout());
            });
        }
    }
}
