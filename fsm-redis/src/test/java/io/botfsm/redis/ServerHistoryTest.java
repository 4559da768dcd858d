package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from {@code INFO}. */
class ServerHistoryTest {
    private static final String INFO = String.join(
            "\r\n",
            "# Server",
            "redis_version:7.0.15",
            "redis_mode:standalone",
            "uptime_in_seconds:86400",
            "# Persistence",
            "loading:0",
            "async_loading:0",
            "# Stats",
            "expired_keys:17",
            "evicted_keys:0",
            "evicted_clients:0",
            "# Replication",
            "role:master",
            "connected_slaves:0",
            "master_replid:daaa8a6094af298faeaafba2bbeeaa2bcef85c1f",
            "master_replid2:0000000000000000000000000000000000000000",
            "# Commandstats",
            "cmdstat_set:calls=2,usec=28,usec_per_call=14.00,rejected_calls=0,failed_calls=0",
            "cmdstat_del:calls=5,usec=28,usec_per_call=5.00,rejected_calls=0,failed_calls=0",
            "cmdstat_config|get:calls=1,usec=28,usec_per_call=28.00,rejected_calls=0,failed_calls=0",
            "cmdstat_flushall:calls=0,usec=0,usec_per_call=0.00,rejected_calls=3,failed_calls=0",
            "cmdstat_psync:calls=1,usec=28,usec_per_call=28.00,rejected_calls=0,failed_calls=0",
            "");

    @Test
    void aServerThatLostNothingShowsIt() {
        assertThat(ServerHistory.isUnbroken(INFO)).isTrue();
    }

    /** Valkey has other names for some lines. */
    @Test
    void soDoesOneThatCallsItsModeByAnotherName() {
        assertThat(ServerHistory.isUnbroken(INFO.replace("redis_mode", "server_mode")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flushall",
                "flushdb",
                "swapdb",
                "debug",
                "unlink",
                "getdel",
                "delex",
                "delifeq",
                "restore",
                "copy",
                "rename",
                "renamenx",
                "move",
                "migrate",
                "replicaof",
                "slaveof",
                "failover",
                "config|resetstat",
                "config"
            })
    void aCommandThatMayHaveLostSomethingShowsNothing(String command) {
        assertThat(ServerHistory.isUnbroken(INFO + "cmdstat_" + command + ":calls=10,usec=1\r\n"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "redis_mode:standalone, redis_mode:cluster",
        "redis_mode:standalone, redis_mode:sentinel",
        "loading:0, loading:1",
        "evicted_keys:0, evicted_keys:1",
        "evicted_keys:0, evicted_keys:01",
        "role:master, role:slave",
        "master_replid2:0000, master_replid2:daaa",
        "cmdstat_set:calls=2, cmdstat_set:calls=0",
        "redis_mode:standalone, ''",
        "loading:0, ''",
        "evicted_keys:0, ''",
        "role:master, ''",
        "master_replid2:, replid2:",
        "cmdstat_set:, ''"
    })
    void whatIsDifferentOrMissingShowsNothing(String line, String instead) {
        assertThat(ServerHistory.isUnbroken(INFO.replace("\r\n" + line, "\r\n" + instead)))
                .isFalse();
    }

    @Test
    void aServerThatReportsNothingShowsNothing() {
        assertThat(ServerHistory.isUnbroken("")).isFalse();
    }
}
