package io.botfsm.spring;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connects with Lettuce, using a client of this library, the client of the application, or a client with an SSL bundle.
 * The latter is created only once, however often a connection is tried. Closed by the context. Thread-safe.
 */
final class LettuceClients implements AutoCloseable {
    private final Optional<RedisClient> own;
    private final Duration timeout;
    private @Nullable RedisClient withBundle;

    /** @param own the application's client */
    LettuceClients(Optional<RedisClient> own, Duration timeout) {
        this.own = own;
        this.timeout = timeout;
    }

    boolean isOwn() {
        return own.isPresent();
    }

    BotRedis.Builder builder(RedisAddress address) {
        Optional<RedisClient> client = own.or(() -> address.ssl().map(this::client));
        if (client.isPresent()) {
            return LettuceRedis.builder(client.get(), address.uri());
        }
        BotRedis.Builder redis = LettuceRedis.builder(address.uri());
        return address.uri().timeout().isPresent() ? redis : redis.commandTimeout(timeout);
    }

    synchronized RedisClient client(SslBundle ssl) {
        if (withBundle == null) {
            RedisClient client = RedisClient.create();
            client.setOptions(ClientOptions.builder()
                    .autoReconnect(false)
                    .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                    .timeoutOptions(TimeoutOptions.enabled(timeout))
                    .sslOptions(options(ssl))
                    .build());
            withBundle = client;
        }
        return withBundle;
    }

    private static SslOptions options(SslBundle ssl) {
        SslOptions.Builder options = SslOptions.builder()
                .keyManager(ssl.getManagers().getKeyManagerFactory())
                .trustManager(ssl.getManagers().getTrustManagerFactory());
        Optional.ofNullable(ssl.getOptions().getCiphers()).ifPresent(options::cipherSuites);
        Optional.ofNullable(ssl.getOptions().getEnabledProtocols()).ifPresent(options::protocols);
        return options.build();
    }

    @Override
    public synchronized void close() {
        if (withBundle != null) {
            withBundle.shutdown(Duration.ZERO, timeout);
        }
    }
}
