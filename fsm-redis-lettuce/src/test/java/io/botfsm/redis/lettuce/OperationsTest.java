package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.client.testing.OperationsSuite;
import io.lettuce.core.RedisURI;
import io.netty.util.Version;
import org.junit.jupiter.api.Test;

final class OperationsTest extends OperationsSuite {
    OperationsTest() {
        super(new LettuceInTest(), RedisURI.class, "io.lettuce/lettuce-core");
    }

    /** Lettuce is tested with the version of Netty on which it depends. */
    @Test
    void nettyIsOfTheVersionThatLettuceBrings() {
        assertThat(Version.identify().values())
                .extracting(Version::artifactVersion)
                .containsOnly(System.getProperty("botfsm.netty.version"));
    }
}
