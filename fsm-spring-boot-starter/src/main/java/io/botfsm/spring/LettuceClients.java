package io.botfsm.spring;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.spi.RedisUri;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.ssl.SslBundle;

/** Connects by Lettuce: by a client of the library's, of the application's, or one with keys and trust of its own. */
final class LettuceClients {
    private LettuceClients() {}

    static BotRedis.Builder builder(RedisAddress address, Duration timeout, Optional<RedisClient> own) {
        if (own.isPresent()) {
            return LettuceRedis.builder(own.get(), uri(address.uri(), timeout));
        }
        if (address.ssl().isPresent()) {
            return LettuceRedis.builder(client(address.ssl().get(), timeout), uri(address.uri(), timeout));
        }
        BotRedis.Builder redis = LettuceRedis.builder(address.uri());
        return address.uri().timeout().isPresent() ? redis : redis.commandTimeout(timeout);
    }

    /** Ends with the process, since its threads are daemons. */
    private static RedisClient client(SslBundle ssl, Duration timeout) {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .sslOptions(SslOptions.builder()
                        .keyManager(ssl.getManagers().getKeyManagerFactory())
                        .trustManager(ssl.getManagers().getTrustManagerFactory())
                        .protocols(
                                ssl.createSslContext().getDefaultSSLParameters().getProtocols())
                        .build())
                .build());
        return client;
    }

    private static RedisURI uri(RedisUri uri, Duration timeout) {
        RedisURI server = server(uri, uri.nodes().get(0), timeout);
        server.setDatabase(uri.database());
        uri.password().ifPresent(secret -> authenticated(server, uri.user(), secret));
        uri.masterName().ifPresent(name -> {
            server.setSentinelMasterId(name);
            uri.nodes().forEach(node -> {
                RedisURI sentinel = server(uri, node, timeout);
                uri.sentinelPassword().ifPresent(secret -> authenticated(sentinel, uri.sentinelUser(), secret));
                server.getSentinels().add(sentinel);
            });
        });
        return server;
    }

    private static RedisURI server(RedisUri uri, RedisUri.Node node, Duration timeout) {
        return RedisURI.Builder.redis(node.host(), node.port())
                .withSsl(uri.isTls())
                .withTimeout(uri.timeout().orElse(timeout))
                .build();
    }

    private static void authenticated(RedisURI server, Optional<String> user, String password) {
        server.setCredentialsProvider(
                user.isPresent()
                        ? new io.lettuce.core.StaticCredentialsProvider(user.get(), password.toCharArray())
                        : new io.lettuce.core.StaticCredentialsProvider(null, password.toCharArray()));
    }
}
