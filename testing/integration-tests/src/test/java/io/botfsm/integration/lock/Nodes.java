package io.botfsm.integration.lock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.QuorumLeaseStore;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Redis servers that know nothing of each other, of which more than half decide. One thread at a time. */
final class Nodes implements AutoCloseable {
    private static final String LEASE = "lock:{" + Contender.NAME + "}";

    private final List<RedisServerProcess> servers = new ArrayList<>();
    private final Set<Integer> running = new HashSet<>();

    Nodes(int count, String... settings) {
        for (int i = 0; i < count; i++) {
            servers.add(RedisServerProcess.start(settings));
            running.add(i);
        }
    }

    int majority() {
        return servers.size() / 2 + 1;
    }

    /** A store over all of them. */
    LeaseStore quorum() {
        return new QuorumLeaseStore(servers.stream()
                .map(server -> LettuceRedis.builder(server.uri(0)).leaseStore())
                .toList());
    }

    /** All sets of this many servers. */
    List<Set<Integer>> sets(int size) {
        return IntStream.range(0, 1 << servers.size())
                .filter(bits -> Integer.bitCount(bits) == size)
                .mapToObj(bits -> IntStream.range(0, servers.size())
                        .filter(node -> (bits >> node & 1) == 1)
                        .boxed()
                        .collect(Collectors.toUnmodifiableSet()))
                .toList();
    }

    /** All sets of servers that are majorities. */
    List<Set<Integer>> majorities() {
        return IntStream.rangeClosed(majority(), servers.size())
                .boxed()
                .flatMap(size -> sets(size).stream())
                .toList();
    }

    void kill(Collection<Integer> nodes) {
        nodes.forEach(node -> servers.get(node).kill());
        running.removeAll(nodes);
    }

    void startAgain(Collection<Integer> nodes) {
        nodes.forEach(node -> servers.get(node).startAgain());
        running.addAll(nodes);
    }

    /** Lets these run, and kills the others. */
    void letRun(Set<Integer> nodes) {
        kill(running.stream().filter(node -> !nodes.contains(node)).toList());
        startAgain(nodes.stream().filter(node -> !running.contains(node)).toList());
    }

    /** Whether each of these nodes has this lease. */
    boolean have(Lease lease, Collection<Integer> nodes) {
        String owner = lease.holder().ownerId();
        return nodes.stream()
                .allMatch(node ->
                        call(node, "GET", LEASE) instanceof byte[] claim && new String(claim, UTF_8).startsWith(owner));
    }

    /** Waits until somebody is subscribed to releases on all nodes. */
    void awaitStandby() {
        Awaitility.await().until(() -> IntStream.range(0, servers.size()).allMatch(this::isSubscribed));
    }

    private boolean isSubscribed(int node) {
        List<?> channelAndCount = (List<?>) call(node, "PUBSUB", "NUMSUB", LEASE);
        return channelAndCount.get(1).equals(1L);
    }

    private Object call(int node, String... words) {
        try (RespConnection admin = servers.get(node).connect()) {
            return admin.call(words);
        }
    }

    @Override
    public void close() {
        servers.forEach(RedisServerProcess::close);
    }
}
