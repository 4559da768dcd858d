package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RefusedVersionsSuite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RefusedVersionsTest extends RefusedVersionsSuite {
    RefusedVersionsTest() {
        super(new LettuceInTest(), "io.lettuce:lettuce-core");
    }

    /** As under a framework that manages Netty for an older Lettuce. */
    @Test
    void nettyThatIsTooOldForLettuceIsRefusedByName() throws Exception {
        try (Stream<Path> jars = Files.list(Path.of("target/oldest-lettuce"))) {
            Path common = jars.filter(jar -> jar.getFileName().toString().startsWith("netty-common-"))
                    .findAny()
                    .orElseThrow();
            isRefused(
                    common,
                    "netty-common",
                    "Netty 4.1.",
                    " is too old for Lettuce 7: ",
                    "4.2 to 4.2.13",
                    "property netty.version");
        }
    }
}
