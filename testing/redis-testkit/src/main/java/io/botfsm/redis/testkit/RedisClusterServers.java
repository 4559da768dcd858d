package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster, whose slots are spread evenly over its masters and can be moved, and whose nodes can be killed. A
 * master that does not answer for a second is replaced by its replica, if it has one. All die with the JVM. One thread
 * at a time.
 */
public final class RedisClusterServers implements AutoCloseable {
    /** How many slots a cluster has. */
    public static final int SLOTS = 16_384;

    /** How far the port of the bus is above that of the node; both lie below the range of ephemeral ports. */
    private static final int BUS = 10_000;

    private static final int HIGHEST_PORT = 22_000;

    private final List<RedisServerProcess> servers = new ArrayList<>();
    private final List<FaultyProxy> proxies = new ArrayList<>();

    private RedisClusterServers() {}

    /**
     * Starts a cluster, and returns when every node reports it healthy, and every replica is linked to its master.
     *
     * @param masters at least 3 for a cluster that replaces one that died
     * @param replicasEach of each master
     * @param settings lines of each node's configuration file
     */
    public static RedisClusterServers start(int masters, int replicasEach, String... settings) {
        return start(masters, replicasEach, false, settings);
    }

    /**
     * Starts a cluster of masters that clients reach through {@link #proxies}; the masters talk to each other directly.
     */
    public static RedisClusterServers startBehindProxies(int masters) {
        return start(masters, 0, true);
    }

    private static RedisClusterServers start(int masters, int replicasEach, boolean behindProxies, String... settings) {
        RedisClusterServers cluster = new RedisClusterServers();
        try {
            cluster.startServers(masters * (1 + replicasEach), behindProxies, settings);
            cluster.assignSlots(masters);
            cluster.meet();
            cluster.replicate(masters);
            cluster.awaitOk();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void startServers(int count, boolean behindProxies, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of(
                "cluster-enabled yes",
                "cluster-node-timeout 1000",
                "cluster-replica-validity-factor 0",
                "cluster-announce-ip 127.0.0.1",
                "repl-diskless-sync-delay 0"));
        for (int i = 0; i < count; i++) {
            int port = RedisServerProcess.freePort(HIGHEST_PORT, BUS);
            List<String> own = new ArrayList<>(all);
            if (behindProxies) {
                FaultyProxy proxy = new FaultyProxy("127.0.0.1", port);
                proxies.add(proxy);
                own.add("cluster-announce-port " + proxy.port());
                own.add("cluster-announce-bus-port " + (port + BUS));
            }
            servers.add(RedisServerProcess.start(port, own, List.of()));
        }
    }

    /** The proxies, one for each node; none unless the cluster was started behind proxies. */
    public List<FaultyProxy> proxies() {
        return List.copyOf(proxies);
    }

    private void assignSlots(int masters) {
        for (int i = 0; i < servers.size(); i++) {
            call(servers.get(i), "CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        }
        for (int i = 0; i < masters; i++) {
            IntStream slots = IntStream.range(SLOTS * i / masters, SLOTS * (i + 1) / masters);
            call(
                    servers.get(i),
                    Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), slots.mapToObj(Integer::toString))
                            .toArray(String[]::new));
        }
    }

    private void meet() {
        for (RedisServerProcess server : servers) {
            call(servers.get(0), "CLUSTER", "MEET", server.host(), Integer.toString(server.port()));
        }
        Polling.await(
                "nodes that know each other",
                () -> servers.stream()
                        .allMatch(server -> info(server).contains("cluster_known_nodes:" + servers.size())));
    }

    private void replicate(int masters) {
        for (int i = masters; i < servers.size(); i++) {
            RedisServerProcess replica = servers.get(i);
            String master = id(servers.get(i % masters));
            Polling.await("a master that its replica knows", () -> {
                call(replica, "CLUSTER", "REPLICATE", master);
                return true;
            });
        }
    }

    private static @Nullable Object call(RedisServerProcess server, String... words) {
        try (RespConnection connection = server.connect()) {
            return connection.call(words);
        }
    }

    private static String text(RedisServerProcess server, String... words) {
        return call(server, words) instanceof byte[] bytes ? new String(bytes, UTF_8) : "";
    }

    private static String info(RedisServerProcess server) {
        return text(server, "CLUSTER", "INFO");
    }

    private static String id(RedisServerProcess server) {
        return text(server, "CLUSTER", "MYID");
    }

    /** Waits until every running node reports the cluster healthy, and every replica is linked to its master. */
    public void awaitOk() {
        Polling.await(
                "a cluster that is well",
                () -> running().allMatch(server -> info(server).contains("cluster_state:ok") && isWhole(server))
                        && isOfOneEpoch());
    }

    /**
     * Otherwise the next slot that moves could be claimed in an epoch in which another node has claimed its own slots.
     */
    private boolean isOfOneEpoch() {
        return running().map(server -> epoch(info(server))).distinct().count() == 1;
    }

    private static String epoch(String info) {
        return info.lines()
                .filter(line -> line.startsWith("cluster_current_epoch:"))
                .findFirst()
                .orElseThrow();
    }

    /** Waits for replicas, too: one that does not know a slot would not serve it after it has replaced its master. */
    private void awaitAgreed(BitSet slots, RedisServerProcess master) {
        Polling.await(
                "nodes that agree on who serves the slots that have moved",
                () -> running().allMatch(node -> contains(rangesOf(node, master.port()), slots)) && isOfOneEpoch());
    }

    private static boolean contains(BitSet all, BitSet some) {
        BitSet missing = (BitSet) some.clone();
        missing.andNot(all);
        return missing.isEmpty();
    }

    private static boolean isWhole(RedisServerProcess server) {
        String replication = text(server, "INFO", "replication");
        return replication.contains("role:master") || replication.contains("master_link_status:up");
    }

    private Stream<RedisServerProcess> running() {
        return servers.stream().filter(RedisServerProcess::isStarted);
    }

    /** All nodes, those that do not run included. */
    public List<RedisServerProcess> servers() {
        return List.copyOf(servers);
    }

    /** What a client connects to: all nodes. */
    public String uri() {
        Stream<Integer> ports = proxies.isEmpty()
                ? servers.stream().map(RedisServerProcess::port)
                : proxies.stream().map(FaultyProxy::port);
        return ports.map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",", "redis://", ""));
    }

    /** The slot of a key. */
    public int slot(String key) {
        RedisServerProcess any = running().findFirst().orElseThrow();
        return call(any, "CLUSTER", "KEYSLOT", key) instanceof Long slot ? slot.intValue() : -1;
    }

    /** The node that serves a slot, according to most of the running nodes. */
    public RedisServerProcess masterOf(int slot) {
        return agreedMasterOf(slot)
                .orElseThrow(() -> new IllegalStateException("the nodes do not agree on who serves slot " + slot));
    }

    private Optional<RedisServerProcess> agreedMasterOf(int slot) {
        List<Long> votes = running().map(node -> portOfMaster(node, slot)).toList();
        return running()
                .filter(candidate ->
                        votes.stream().filter(port -> port == candidate.port()).count() > votes.size() / 2)
                .findFirst();
    }

    /** The slots that a node serves, as it sees it. */
    public IntStream slotsOf(RedisServerProcess master) {
        return IntStream.range(0, SLOTS).filter(rangesOf(master, master.port())::get);
    }

    private static long portOfMaster(RedisServerProcess node, int slot) {
        return ranges(node)
                .filter(range -> range.first() <= slot && slot <= range.last())
                .mapToLong(Range::port)
                .findFirst()
                .orElse(-1);
    }

    private static BitSet rangesOf(RedisServerProcess node, int port) {
        BitSet slots = new BitSet();
        ranges(node).filter(range -> range.port() == port).forEach(range -> slots.set(range.first(), range.last() + 1));
        return slots;
    }

    private record Range(int first, int last, long port) {
        static Range of(Object reply) {
            if (reply instanceof List<?> parts
                    && parts.get(0) instanceof Long first
                    && parts.get(1) instanceof Long last
                    && parts.get(2) instanceof List<?> master
                    && master.get(1) instanceof Long port) {
                return new Range(first.intValue(), last.intValue(), port);
            }
            throw new IllegalStateException("not a reply to CLUSTER SLOTS");
        }
    }

    private static Stream<Range> ranges(RedisServerProcess node) {
        return call(node, "CLUSTER", "SLOTS") instanceof List<?> ranges
                ? ranges.stream().map(Range::of)
                : Stream.empty();
    }

    /** Waits until a node other than this one serves a slot. */
    public RedisServerProcess awaitOtherMaster(int slot, RedisServerProcess old) {
        Polling.await(
                "another master of slot " + slot,
                () -> agreedMasterOf(slot).filter(now -> now != old).isPresent());
        return masterOf(slot);
    }

    /** A running master other than these nodes. */
    public RedisServerProcess anotherMaster(RedisServerProcess... excluded) {
        return running()
                .filter(server -> !List.of(excluded).contains(server)
                        && text(server, "INFO", "replication").contains("role:master"))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Moves slots with all their keys, one after another, as {@code redis-cli --cluster reshard} does. Returns when all
     * running nodes know.
     */
    public void move(IntStream slots, RedisServerProcess from, RedisServerProcess to) {
        moveEach(slots, from, to, () -> {});
    }

    /** The same for one slot; {@code meanwhile} runs after its keys have moved, while no node serves it alone. */
    public void move(int slot, RedisServerProcess from, RedisServerProcess to, Runnable meanwhile) {
        moveEach(IntStream.of(slot), from, to, meanwhile);
    }

    private void moveEach(IntStream slots, RedisServerProcess from, RedisServerProcess to, Runnable meanwhile) {
        BitSet moved = new BitSet();
        try (RespConnection source = from.connect();
                RespConnection target = to.connect()) {
            Move move = new Move(source, target, id(from), id(to), to);
            slots.forEach(slot -> {
                move.begin(Integer.toString(slot));
                meanwhile.run();
                move.end(Integer.toString(slot));
                moved.set(slot);
            });
        }
        awaitAgreed(moved, to);
    }

    private record Move(
            RespConnection source, RespConnection target, String sourceId, String targetId, RedisServerProcess to) {
        void begin(String slot) {
            target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
            source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
            moveKeys(slot, source, to);
        }

        void end(String slot) {
            target.call("CLUSTER", "SETSLOT", slot, "NODE", targetId);
            source.call("CLUSTER", "SETSLOT", slot, "NODE", targetId);
        }
    }

    private static void moveKeys(String slot, RespConnection source, RedisServerProcess to) {
        while (source.call("CLUSTER", "GETKEYSINSLOT", slot, "100") instanceof List<?> keys && !keys.isEmpty()) {
            List<byte[]> command = new ArrayList<>();
            Stream.of("MIGRATE", to.host(), Integer.toString(to.port()), "", "0", "5000", "KEYS")
                    .map(word -> word.getBytes(UTF_8))
                    .forEach(command::add);
            keys.forEach(key -> command.add((byte[]) key));
            source.call(command.toArray(byte[][]::new));
        }
    }

    /** Kills all nodes and deletes their files. */
    @Override
    public void close() {
        proxies.forEach(FaultyProxy::close);
        servers.forEach(RedisServerProcess::close);
    }
}
