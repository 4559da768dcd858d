package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A master, a replica of it, and three Sentinels that promote the replica when the master has not answered for a
 * second. All die with the JVM. One thread at a time.
 */
public final class RedisSentinels implements AutoCloseable {
    /** What the Sentinels call the master. */
    public static final String MASTER_NAME = "mymaster";

    private static final int SENTINELS = 3;

    private final List<RedisServerProcess> servers = new ArrayList<>();
    private final List<RedisServerProcess> sentinels = new ArrayList<>();

    private final List<FaultyProxy> proxies = new ArrayList<>();

    private final Optional<String> password;

    private RedisSentinels(Optional<String> password) {
        this.password = password;
    }

    /**
     * Starts them, and returns when the Sentinels know each other and the replica, which has all that the master has.
     *
     * @param settings lines of both servers' configuration files
     */
    public static RedisSentinels start(String... settings) {
        return start(Optional.empty(), settings);
    }

    /** The same with Sentinels that ask everyone for a password; the servers do not. */
    public static RedisSentinels startWithPassword(String password) {
        return start(Optional.of(password));
    }

    private static RedisSentinels start(Optional<String> password, String... settings) {
        RedisSentinels topology = new RedisSentinels(password);
        try {
            topology.startServers(List.of(settings));
            topology.startSentinels(topology.servers.get(0).port(), 1_000);
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
        return topology;
    }

    /**
     * Starts a master without a replica, which everyone reaches through {@link #proxy}; its Sentinels are patient with
     * it.
     */
    public static RedisSentinels startBehindProxy() {
        RedisSentinels topology = new RedisSentinels(Optional.empty());
        try {
            topology.servers.add(RedisServerProcess.start());
            topology.proxies.add(new FaultyProxy(topology.servers.get(0)));
            topology.startSentinels(topology.proxy().port(), 120_000);
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
        return topology;
    }

    /** The proxy through which everyone reaches the master. */
    public FaultyProxy proxy() {
        return proxies.get(0);
    }

    /** All servers. */
    public List<RedisServerProcess> servers() {
        return List.copyOf(servers);
    }

    private void startServers(List<String> settings) {
        List<String> all = new ArrayList<>(settings);
        all.add("repl-diskless-sync-delay 0");
        servers.add(RedisServerProcess.start(RedisServerProcess.freePort(), all, List.of()));
        all.add(String.format(
                Locale.ROOT,
                "replicaof %s %d",
                servers.get(0).host(),
                servers.get(0).port()));
        servers.add(RedisServerProcess.start(RedisServerProcess.freePort(), all, List.of()));
        awaitReplica();
    }

    private void startSentinels(int port, int downAfterMillis) {
        for (int i = 0; i < SENTINELS; i++) {
            List<String> settings = new ArrayList<>(List.of(
                    String.format(Locale.ROOT, "sentinel monitor %s 127.0.0.1 %d 2", MASTER_NAME, port),
                    String.format(Locale.ROOT, "sentinel down-after-milliseconds %s %d", MASTER_NAME, downAfterMillis),
                    "sentinel failover-timeout " + MASTER_NAME + " 5000"));
            password.ifPresent(secret -> settings.add("requirepass " + secret));
            sentinels.add(RedisServerProcess.start(RedisServerProcess.freePort(), settings, List.of("--sentinel")));
        }
        awaitSentinels();
    }

    /** Waits until the Sentinels know each other and the replica, if there is one, and agree on the master. */
    public void awaitSentinels() {
        Polling.await(
                "Sentinels that know each other and the replica, and agree on the master",
                () -> sentinels.stream().allMatch(this::knowsAll)
                        && sentinels.stream().map(this::masterOf).distinct().count() == 1);
    }

    private boolean knowsAll(RedisServerProcess sentinel) {
        return number(sentinel, "num-slaves") == servers.size() - 1
                && number(sentinel, "num-other-sentinels") == SENTINELS - 1;
    }

    private int number(RedisServerProcess sentinel, String field) {
        List<String> reply = reply(sentinel, "SENTINEL", "MASTER", MASTER_NAME);
        return Integer.parseInt(reply.get(reply.indexOf(field) + 1));
    }

    private List<String> reply(RedisServerProcess sentinel, String... command) {
        try (RespConnection connection = sentinel.connect()) {
            password.ifPresent(secret -> connection.call("AUTH", secret));
            return connection.call(command) instanceof List<?> list
                    ? list.stream()
                            .map(word -> word instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(word))
                            .toList()
                    : List.of();
        }
    }

    /** What a client connects to. */
    public String uri(int database) {
        String hosts = sentinels.stream()
                .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                .collect(Collectors.joining(","));
        return String.format(Locale.ROOT, "redis-sentinel://%s/%d#%s", hosts, database, MASTER_NAME);
    }

    /** The server that most Sentinels call the master now. */
    public RedisServerProcess master() {
        return agreedMaster().orElseThrow(() -> new IllegalStateException("the Sentinels do not agree on a master"));
    }

    private List<String> masterOf(RedisServerProcess sentinel) {
        return reply(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
    }

    private Optional<RedisServerProcess> agreedMaster() {
        List<List<String>> votes = sentinels.stream()
                .filter(RedisServerProcess::isStarted)
                .map(this::masterOf)
                .toList();
        return servers.stream()
                .filter(server -> votes.stream()
                                .filter(address -> address.contains(Integer.toString(server.port())))
                                .count()
                        > SENTINELS / 2)
                .findFirst();
    }

    /** The server that is not {@link #master()}. */
    public RedisServerProcess other() {
        RedisServerProcess master = master();
        return servers.get(0) == master ? servers.get(1) : servers.get(0);
    }

    /** The Sentinels, to be killed or suspended. */
    public List<RedisServerProcess> sentinels() {
        return List.copyOf(sentinels);
    }

    /** Waits until a server other than this one is called the master, and writes are accepted there. */
    public RedisServerProcess awaitOtherMaster(RedisServerProcess old) {
        Polling.await(
                "another master",
                () -> agreedMaster().filter(now -> now != old && isMaster(now)).isPresent());
        return master();
    }

    private static boolean isMaster(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return connection.text("INFO", "replication").contains("role:master");
        }
    }

    /** Waits until the server that is not the master is its replica and has all that the master has. */
    public void awaitReplica() {
        Polling.await("a replica", () -> {
            try (RespConnection first = servers.get(0).connect();
                    RespConnection second = servers.get(1).connect()) {
                return (first.text("INFO", "replication") + second.text("INFO", "replication"))
                        .contains("master_link_status:up");
            }
        });
    }

    /** Kills all and deletes their files. */
    @Override
    public void close() {
        proxies.forEach(FaultyProxy::close);
        sentinels.forEach(RedisServerProcess::close);
        servers.forEach(RedisServerProcess::close);
    }
}
