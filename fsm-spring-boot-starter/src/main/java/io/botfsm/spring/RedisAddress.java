package io.botfsm.spring;

import io.botfsm.redis.spi.RedisUri;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where Redis is.
 *
 * @param reason who says so
 * @param isCluster whether it must be a cluster
 * @param ssl keys and trust of its own, if not those of the JVM
 */
record RedisAddress(String reason, RedisUri uri, boolean isCluster, Optional<SslBundle> ssl) {
    static RedisAddress of(String uri) {
        return new RedisAddress("botfsm.redis.uri is set", RedisUri.parse(uri), false, Optional.empty());
    }

    /** Of Spring's connection details, whether those of properties, of Testcontainers or of Docker Compose. */
    static RedisAddress ofSpring(Supplier<RedisAddress> details) {
        return BotfsmStartException.using(
                "spring.data.redis", "Correct what the message names, or set botfsm.redis.uri.", details);
    }

    static RedisAddress of(RedisUri.Builder uri, boolean isCluster, @Nullable SslBundle ssl) {
        return new RedisAddress("spring.data.redis is set up", uri.tls(ssl != null).build(), isCluster, own(ssl));
    }

    /** {@code spring.data.redis.ssl.enabled} without a bundle is one without stores and options: the JVM's own. */
    private static Optional<SslBundle> own(@Nullable SslBundle ssl) {
        return Optional.ofNullable(ssl)
                .filter(bundle -> bundle.getStores().getKeyStore() != null
                        || bundle.getStores().getTrustStore() != null
                        || bundle.getOptions().getCiphers() != null
                        || bundle.getOptions().getEnabledProtocols() != null);
    }

    /** An empty password or user is none, as for Spring Data: a property may be a variable that is not set. */
    static RedisUri.Builder authenticated(RedisUri.Builder uri, @Nullable String user, @Nullable String password) {
        if (isNone(password)) {
            return uri;
        }
        return isNone(user) ? uri.password(password) : uri.credentials(user, password);
    }

    static RedisUri.Builder sentinelAuthenticated(
            RedisUri.Builder uri, @Nullable String user, @Nullable String password) {
        if (isNone(password)) {
            return uri;
        }
        return isNone(user) ? uri.sentinelPassword(password) : uri.sentinelCredentials(user, password);
    }

    private static boolean isNone(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
