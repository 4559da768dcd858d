package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.client.testing.SmokeSuite;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A user's program with Lettuce. */
final class SmokeTest extends SmokeSuite {
    /** Excludes the native transports, which are on the class path for tests only. */
    private static final String BROUGHT = "lettuce-core|redis-authx-core|reactor-core|reactive-streams"
            + "|netty-(?!transport-(native|classes)-(epoll|kqueue))[a-z]+(-[a-z]+)*";

    SmokeTest() {
        super(new LettuceInTest(), BROUGHT);
    }

    @Override
    protected List<String> has() {
        return List.of("lettuce-core", "netty-transport");
    }

    @Override
    protected List<String> lacks() {
        return List.of("epoll");
    }

    /** The native transport is not a dependency of this library; an application that needs a Unix socket adds it. */
    @Test
    void aUnixSocketWithoutNativeTransportIsRefusedWithAdvice() throws Exception {
        assertThat(runOnTheClassPath("redis-socket:///run/redis.sock"))
                .contains("IllegalArgumentException", "netty-transport-native-epoll")
                .endsWith("exit 1");
    }
}
