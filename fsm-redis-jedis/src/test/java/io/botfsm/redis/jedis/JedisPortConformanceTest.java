package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.PortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import java.time.Duration;

/** The port on Jedis. */
final class JedisPortConformanceTest extends PortConformance {
    @Override
    protected RedisPort open(RedisUri uri, Duration timeout) {
        return JedisAccess.to(uri, timeout, 8).port(port -> {});
    }
}
