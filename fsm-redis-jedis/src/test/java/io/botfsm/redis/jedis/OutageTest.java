package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.OutageSuite;
import io.botfsm.redis.testkit.TestAuthority;

/** What a server's answers mean, with a pool of connections. */
final class OutageTest extends OutageSuite {
    OutageTest() {
        super(new JedisInTest());
    }

    @Override
    protected TlsRedis connectByTls(TestAuthority trusted, int port) {
        var pool = TlsTest.pool(trusted, "localhost", port);
        try {
            return new TlsRedis(JedisRedis.connect(pool), pool::close);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }
}
