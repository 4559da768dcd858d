package io.botfsm.redis.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class TopologiesTest {
    @Test
    void sentinelsPromoteTheReplicaOfAMasterThatDies() {
        try (RedisSentinels topology = RedisSentinels.start()) {
            RedisServerProcess master = topology.master();
            RedisServerProcess replica = topology.other();
            try (RespConnection redis = master.connect()) {
                redis.call("SET", "k", "v");
                assertThat(redis.number("WAIT", "1", "10000")).isEqualTo(1);
            }

            master.kill();

            assertThat(topology.awaitOtherMaster(master)).isSameAs(replica);
            try (RespConnection redis = replica.connect()) {
                assertThat(redis.text("GET", "k")).isEqualTo("v");
                assertThat(redis.text("SET", "k", "w")).isEqualTo("OK");
            }
            assertThat(topology.uri(1)).endsWith("/1#mymaster");
        }
    }

    @Test
    void aClusterReplacesAMasterThatDiesAndMovesSlots() {
        try (RedisClusterServers cluster = RedisClusterServers.start(3, 1)) {
            String key = "{tag}:k";
            int slot = cluster.slot(key);
            RedisServerProcess master = cluster.masterOf(slot);
            try (RespConnection redis = master.connect()) {
                redis.call("SET", key, "v");
                assertThat(redis.number("WAIT", "1", "10000")).isEqualTo(1);
            }

            master.kill();
            RedisServerProcess promoted = cluster.awaitOtherMaster(slot, master);
            cluster.awaitOk();
            RedisServerProcess third = cluster.anotherMaster(promoted);
            cluster.move(IntStream.rangeClosed(slot, slot), promoted, third);

            try (RespConnection redis = third.connect();
                    RespConnection old = promoted.connect()) {
                assertThat(redis.text("GET", key)).isEqualTo("v");
                assertThatThrownBy(() -> old.call("GET", key)).hasMessageContaining("MOVED " + slot);
            }
        }
    }
}
