package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.OutageSuite;
import io.botfsm.redis.testkit.TestAuthority;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import java.time.Duration;
import java.util.Locale;

/** What a server's answers mean, with one connection, which is replaced. */
final class OutageTest extends OutageSuite {
    OutageTest() {
        super(new LettuceInTest());
    }

    @Override
    protected TlsRedis connectByTls(TestAuthority trusted, int port) {
        RedisClient client = RedisClient.create();
        client.setOptions(TlsTest.options(
                SslOptions.builder().trustManager(trusted.certificate().toFile())));
        Runnable close = () -> client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        try {
            RedisURI uri = RedisURI.create(String.format(Locale.ROOT, "rediss://localhost:%d", port));
            return new TlsRedis(LettuceRedis.connect(client, uri), close);
        } catch (RuntimeException e) {
            close.run();
            throw e;
        }
    }
}
