package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.client.testing.SmokeSuite;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A user's program with Lettuce. */
final class SmokeTest extends SmokeSuite {
    /** Not the native transports, which are here for tests. */
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

    /** The native transport is not among what we bring; an application that wants a Unix socket adds it. */
    @Test
    void aUnixSocketWithoutNativeTransportIsRefusedWithAdvice() throws Exception {
        assertThat(runOnTheClassPath("redis-socket:///run/redis.sock"))
                .contains("IllegalArgumentException", "netty-transport-native-epoll")
                .endsWith("exit 1");
    }
}
