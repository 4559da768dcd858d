package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.client.testing.AddressSuite;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageRefusedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that lead to something other than they say. */
final class AddressTest extends AddressSuite {
    AddressTest() {
        super(new LettuceInTest());
    }

    @Test
    void aSocketOfOneNodeOfAClusterIsRefused(@TempDir Path directory) {
        Path socket = directory.resolve("redis.sock");
        try (RedisServerProcess node = RedisServerProcess.start("cluster-enabled yes", "unixsocket " + socket)) {
            assertThatThrownBy(() -> LettuceRedis.connect("redis-socket://" + socket))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining(socket + " is a node of a cluster")
                    .hasMessageContaining("redis://host1:7000,host2:7001");
            assertThat(node.isStarted()).isTrue();
        }
    }
}
