package io.botfsm.spring;

import io.botfsm.redis.spi.RedisUri;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * The address of Redis.
 *
 * @param reason why this address is used
 * @param isCluster whether it must be a cluster
 * @param ssl the SSL bundle, if the keys and trust are not those of the JVM
 */
record RedisAddress(String reason, RedisUri uri, boolean isCluster, Optional<SslBundle> ssl) {
    static RedisAddress of(String uri) {
        return new RedisAddress("botfsm.redis.uri is set", RedisUri.parse(uri), false, Optional.empty());
    }

    /** Reads Spring's connection details, whether they come from properties, Testcontainers or Docker Compose. */
    static RedisAddress ofSpring(Supplier<RedisAddress> details) {
        return BotfsmStartException.using(
                "spring.data.redis", "Correct the cause that the message names, or set botfsm.redis.uri.", details);
    }

    static RedisAddress of(RedisUri.Builder uri, boolean isCluster, @Nullable SslBundle ssl) {
        return new RedisAddress(
                "spring.data.redis is set up", uri.tls(ssl != null).build(), isCluster, own(ssl));
    }

    /**
     * With {@code spring.data.redis.ssl.enabled} but no bundle, there is one without stores and options: the JVM's own
     * apply.
     */
    private static Optional<SslBundle> own(@Nullable SslBundle ssl) {
        return Optional.ofNullable(ssl)
                .filter(bundle -> bundle.getStores().getKeyStore() != null
                        || bundle.getStores().getTrustStore() != null
                        || bundle.getOptions().getCiphers() != null
                        || bundle.getOptions().getEnabledProtocols() != null);
    }

    static RedisUri.Builder authenticated(RedisUri.Builder uri, @Nullable String user, @Nullable String password) {
        return given(password)
                .map(secret ->
                        given(user).map(name -> uri.credentials(name, secret)).orElseGet(() -> uri.password(secret)))
                .orElse(uri);
    }

    static RedisUri.Builder sentinelAuthenticated(
            RedisUri.Builder uri, @Nullable String user, @Nullable String password) {
        return given(password)
                .map(secret -> given(user)
                        .map(name -> uri.sentinelCredentials(name, secret))
                        .orElseGet(() -> uri.sentinelPassword(secret)))
                .orElse(uri);
    }

    /** An empty text counts as none, as in Spring Data: a property may refer to a variable that is not set. */
    private static Optional<String> given(@Nullable String text) {
        return Optional.ofNullable(text).filter(any -> !any.isEmpty());
    }
}
