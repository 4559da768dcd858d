package io.botfsm.redis.client.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisClusterServers;
import io.botfsm.redis.testkit.RedisSentinels;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.redis.testkit.RedisUser;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Servers that a client sees as one, each behind a proxy, and what it means to be cut off from them. */
public final class Topology {
    private static final int DATABASE = 3;

    private final String uri;
    private final int database;
    private final List<? extends RedisTestServer> servers;
    private final List<FaultyProxy> proxies;
    private final Outage outage;
    private final AutoCloseable whole;

    private Topology(
            String uri,
            int database,
            List<? extends RedisTestServer> servers,
            List<FaultyProxy> proxies,
            Outage outage,
            AutoCloseable whole) {
        this.uri = uri;
        this.database = database;
        this.servers = servers;
        this.proxies = proxies;
        this.outage = outage;
        this.whole = whole;
    }

    /** What happens to the servers when they are cut off; the proxies may stay as they are. */
    private interface Outage {
        void begin();

        /** Idempotent. */
        void end();
    }

    /** All connections are reset, and new ones refused. */
    private record Refusing(List<FaultyProxy> proxies) implements Outage {
        @Override
        public void begin() {
            proxies.forEach(FaultyProxy::cut);
        }

        @Override
        public void end() {
            proxies.forEach(FaultyProxy::heal);
        }
    }

    /** Everything that is sent, either way, gets lost. */
    private record Losing(FaultyProxy proxy) implements Outage {
        @Override
        public void begin() {
            proxy.blackhole();
        }

        @Override
        public void end() {
            proxy.heal();
        }
    }

    /** The server is killed, and started again with what it has on disk. */
    private record Killed(RedisServerProcess server) implements Outage {
        @Override
        public void begin() {
            server.kill();
        }

        @Override
        public void end() {
            if (!server.isStarted()) {
                server.startAgain();
            }
        }
    }

    /** The server stands still, and later executes what has reached it. */
    private record Suspended(RedisServerProcess server) implements Outage {
        @Override
        public void begin() {
            server.suspend();
        }

        @Override
        public void end() {
            server.resume();
        }
    }

    /** One server; cut off means that connections are reset and new ones refused. */
    public static Topology server() {
        RedisTestServer server = RedisServers.start();
        FaultyProxy proxy = new FaultyProxy(server);
        return one(server, proxy, new Refusing(List.of(proxy)));
    }

    /** The same for a user, who must be denied nothing. */
    public static Topology serverFor(RedisUser user) {
        RedisTestServer server = RedisServers.start(user.setting());
        FaultyProxy proxy = new FaultyProxy(server);
        AutoCloseable whole = () -> {
            try (server;
                    proxy) {
                assertThat(server.denied()).isEmpty();
            }
        };
        return new Topology(
                user.in(proxy.uri(DATABASE)),
                DATABASE,
                List.of(server),
                List.of(proxy),
                new Refusing(List.of(proxy)),
                whole);
    }

    /** One server; cut off means that everything gets lost. */
    public static Topology serverBehindALossyNetwork() {
        RedisTestServer server = RedisServers.start();
        FaultyProxy proxy = new FaultyProxy(server);
        return one(server, proxy, new Losing(proxy));
    }

    /** One server; cut off means that it is killed, and then started again with what it has on disk. */
    public static Topology serverThatIsKilled() {
        RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
        return one(server, new FaultyProxy(server), new Killed(server));
    }

    /** One server; cut off means that it stands still, and later executes what has reached it. */
    public static Topology serverThatStandsStill() {
        RedisServerProcess server = RedisServerProcess.start();
        return one(server, new FaultyProxy(server), new Suspended(server));
    }

    /** A master that Sentinels know. */
    public static Topology sentinels() {
        RedisSentinels sentinels = RedisSentinels.startBehindProxy();
        List<FaultyProxy> proxies = List.of(sentinels.proxy());
        return new Topology(sentinels.uri(0), 0, sentinels.servers(), proxies, new Refusing(proxies), sentinels);
    }

    /** A cluster of three masters. */
    public static Topology cluster() {
        RedisClusterServers cluster = RedisClusterServers.startBehindProxies(3);
        List<FaultyProxy> proxies = cluster.proxies();
        return new Topology(cluster.uri(), 0, cluster.servers(), proxies, new Refusing(proxies), cluster);
    }

    private static Topology one(RedisTestServer server, FaultyProxy proxy, Outage outage) {
        AutoCloseable whole = () -> {
            proxy.close();
            server.close();
        };
        return new Topology(proxy.uri(DATABASE), DATABASE, List.of(server), List.of(proxy), outage, whole);
    }

    /** What a client connects to. */
    String uri() {
        return uri;
    }

    void cutOff() {
        outage.begin();
    }

    void loseAnswers() {
        proxies.forEach(FaultyProxy::dropReplies);
    }

    void restore() {
        proxies.forEach(FaultyProxy::heal);
        outage.end();
    }

    /** The same, and waits until the storages read again. */
    void restoreTo(Collection<StateStorage> opened) {
        restore();
        opened.forEach(storage -> awaitAll(() -> storage.read(
                StorageKey.bot(UUID.randomUUID().toString()).chat(1).user(2).build())));
    }

    /**
     * If there are several servers, waits until a read of each of many random slots succeeds, or fails because its
     * storage was closed: each server has a connection that may be silent, and the suites take one successful call as
     * proof that all work.
     */
    void awaitAll(Supplier<CompletionStage<?>> read) {
        if (servers.size() > 1) {
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
    }

    private static boolean succeedsOrIsClosed(CompletableFuture<?> read) {
        try {
            read.join();
            return true;
        } catch (CompletionException e) {
            return e.getCause() != null
                    && String.valueOf(e.getCause().getMessage()).contains("closed");
        }
    }

    long records() {
        return servers.stream()
                .mapToLong(server -> {
                    try (RespConnection redis = server.connect()) {
                        redis.call("SELECT", Integer.toString(database));
                        return redis.number("DBSIZE");
                    }
                })
                .sum();
    }

    /** Removes an entry of an index of deadlines, whichever server has it. */
    void removeEntry(String text) {
        boolean removed = false;
        for (RedisTestServer server : servers) {
            try (RespConnection redis = server.connect()) {
                redis.call("SELECT", Integer.toString(database));
                for (Object index : (List<?>) requireNonNull(redis.call("KEYS", "fsm:due:*"))) {
                    removed |= redis.number("ZREM", new String((byte[]) index, UTF_8), text) == 1;
                }
            } catch (RespConnection.ErrorReply elsewhere) {
                // a replica, or a node of a cluster that does not serve it
            }
        }
        assertThat(removed).isTrue();
    }

    /** Corrupts the records of updates in inboxes that contain the text, whichever server has them. */
    void replaceUpdates(String text) {
        boolean replaced = false;
        for (RedisTestServer server : servers) {
            try (RespConnection redis = server.connect()) {
                redis.call("SELECT", Integer.toString(database));
                for (String records : List.of("updates", "letters")) {
                    for (Object key : (List<?>) requireNonNull(redis.call("KEYS", "fsm:inbox:*:" + records))) {
                        String hash = new String((byte[]) key, UTF_8);
                        List<?> flat = (List<?>) requireNonNull(redis.call("HGETALL", hash));
                        for (int i = 0; i < flat.size(); i += 2) {
                            if (new String((byte[]) flat.get(i + 1), UTF_8).contains(text)) {
                                redis.call("HSET", hash, new String((byte[]) flat.get(i), UTF_8), "spoilt");
                                replaced = true;
                            }
                        }
                    }
                }
            } catch (RespConnection.ErrorReply elsewhere) {
                // a replica, or a node of a cluster that does not serve it
            }
        }
        assertThat(replaced).isTrue();
    }

    /** Replaces the value of a key by a text, whichever server has it. */
    void replaceByText(String key) {
        boolean replaced = false;
        for (RedisTestServer server : servers) {
            try (RespConnection redis = server.connect()) {
                redis.call("SELECT", Integer.toString(database));
                redis.call("SET", key, "spoilt");
                replaced = true;
            } catch (RespConnection.ErrorReply elsewhere) {
                // a replica, or a node of a cluster that does not serve it
            }
        }
        assertThat(replaced).isTrue();
    }

    void forgetEverything() {
        for (RedisTestServer server : servers) {
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
