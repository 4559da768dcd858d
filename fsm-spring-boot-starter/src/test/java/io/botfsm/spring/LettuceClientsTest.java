package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.spi.RedisUri;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

/** The client of an SSL bundle. */
class LettuceClientsTest {
    private static final SslBundle BUNDLE = SslBundle.of(
            SslStoreBundle.NONE, SslBundleKey.NONE, SslOptions.of(Set.of("TLS_AES_128_GCM_SHA256"), Set.of("TLSv1.3")));

    private final LettuceClients clients = new LettuceClients(Optional.empty(), Duration.ofSeconds(2));

    @Test
    void thereIsOneHoweverOftenAConnectionIsTried() {
        RedisClient client = clients.client(BUNDLE);
        assertThat(clients.client(BUNDLE)).isSameAs(client);
        assertThat(client.getResources().eventExecutorGroup().isShuttingDown()).isFalse();
        clients.close();
        assertThat(client.getResources().eventExecutorGroup().isShuttingDown()).isTrue();
    }

    @Test
    void protocolsAndCiphersOfTheBundleAreUsed() throws Exception {
        RedisAddress address = RedisAddress.of(RedisUri.builder().node("localhost", 1), false, BUNDLE);
        assertThat(address.ssl()).contains(BUNDLE);
        SSLParameters parameters =
                clients.client(BUNDLE).getOptions().getSslOptions().createSSLParameters();
        assertThat(parameters.getProtocols()).containsExactly("TLSv1.3");
        assertThat(parameters.getCipherSuites()).containsExactly("TLS_AES_128_GCM_SHA256");
        clients.close();
    }
}
