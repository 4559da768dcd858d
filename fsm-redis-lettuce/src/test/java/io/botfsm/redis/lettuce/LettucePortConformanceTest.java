package io.botfsm.redis.lettuce;

import io.botfsm.redis.RedisServerCheck;
import io.botfsm.redis.client.testing.PortConformance;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import java.time.Duration;

/** The port on Lettuce. */
final class LettucePortConformanceTest extends PortConformance {
    @Override
    protected RedisPort open(RedisUri uri, Duration timeout) {
        return new ConnectedClient(LettuceClient.own(timeout), RedisAddress.of(uri), RedisServerCheck::loadScripts)
                .port(() -> {});
    }
}
