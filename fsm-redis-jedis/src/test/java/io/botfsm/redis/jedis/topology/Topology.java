package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisSentinels;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Servers that are one for a client, each behind a proxy. */
record Topology(String uri, List<RedisServerProcess> servers, List<FaultyProxy> proxies, AutoCloseable whole) {
    static Topology sentinels() {
        RedisSentinels sentinels = RedisSentinels.startBehindProxy();
        return new Topology(sentinels.uri(0), sentinels.servers(), List.of(sentinels.proxy()), sentinels);
    }

    static Topology cluster() {
        RedisClusterServers cluster = RedisClusterServers.startBehindProxies(3);
        return new Topology(cluster.uri(), cluster.servers(), cluster.proxies(), cluster);
    }

    void cut() {
        proxies.forEach(FaultyProxy::cut);
    }

    void loseAnswers() {
        proxies.forEach(FaultyProxy::dropReplies);
    }

    void heal() {
        proxies.forEach(FaultyProxy::heal);
    }

    /** Waits until a read on each of many random slots is answered, whether or not its storage has been closed. */
    static void awaitAll(Supplier<CompletionStage<?>> read) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    List<CompletableFuture<?>> reads = new ArrayList<>();
                    for (int i = 0; i < 30; i++) {
                        reads.add(read.get().toCompletableFuture());
                    }
                    return reads.stream().allMatch(Topology::succeedsOrIsClosed);
                });
    }

    private static boolean succeedsOrIsClosed(CompletableFuture<?> read) {
        try {
            read.join();
            return true;
        } catch (CompletionException e) {
            return String.valueOf(e.getCause().getMessage()).contains("closed");
        }
    }

    long records() {
        return servers.stream()
                .mapToLong(server -> {
                    try (RespConnection redis = server.connect()) {
                        return redis.number("DBSIZE");
                    }
                })
                .sum();
    }

    void forgetEverything() {
        for (RedisServerProcess server : servers) {
            try (RespConnection redis = server.connect()) {
                redis.call("FLUSHALL");
            }
        }
    }

    void close() {
        try {
            whole.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
