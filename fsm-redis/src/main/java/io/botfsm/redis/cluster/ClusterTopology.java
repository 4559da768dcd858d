package io.botfsm.redis.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisUri.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which nodes serve which slots. Immutable. */
final class ClusterTopology {
    /** No node serves any slot. */
    static final ClusterTopology NONE = new ClusterTopology(new @Nullable Node[HashSlot.COUNT], Set.of());

    private static final int WORDS_BEFORE_SLOTS = 8;
    private static final Pattern ADDRESS = Pattern.compile("(.+):(\\d{1,5})@");
    private static final List<String> UNREACHABLE = List.of("fail", "fail?", "handshake", "noaddr");

    private final @Nullable Node[] bySlot;
    private final Set<Node> masters;

    private ClusterTopology(@Nullable Node[] bySlot, Set<Node> masters) {
        this.bySlot = bySlot;
        this.masters = masters;
    }

    /**
     * Reads the reply to {@code CLUSTER SLOTS}: ranges, each with its first and last slot, its master and replicas; a
     * node is a host, a port, and more.
     *
     * @param asked the node that replied; a node without a host in the reply has the host of this one
     * @throws IllegalArgumentException if it is not such a reply
     */
    static ClusterTopology of(List<Object> ranges, Node asked) {
        @Nullable Node[] bySlot = new @Nullable Node[HashSlot.COUNT];
        Set<Node> masters = new LinkedHashSet<>();
        for (Object range : ranges) {
            if (!(range instanceof List<?> parts
                    && parts.size() > 2
                    && parts.get(0) instanceof Long first
                    && parts.get(1) instanceof Long last
                    && parts.get(2) instanceof List<?> master)) {
                throw new IllegalArgumentException("not a reply to CLUSTER SLOTS");
            }
            Node node = node(master, asked);
            Arrays.fill(bySlot, first.intValue(), last.intValue() + 1, node);
            masters.add(node);
        }
        return new ClusterTopology(bySlot, Set.copyOf(masters));
    }

    private static Node node(List<?> parts, Node asked) {
        if (parts.size() > 1 && parts.get(0) instanceof byte[] host && parts.get(1) instanceof Long port) {
            String name = new String(host, UTF_8);
            return new Node(name.isEmpty() || name.equals("?") ? asked.host() : name, port.intValue());
        }
        throw new IllegalArgumentException("not a reply to CLUSTER SLOTS");
    }

    /**
     * Reads the reply to {@code CLUSTER NODES}, a line for each node: id, address and port of its bus, flags, and more,
     * then its slots.
     *
     * @return the masters that can be reached and serve no slot
     */
    static List<Node> mastersWithoutSlots(String nodes) {
        List<Node> masters = new ArrayList<>();
        for (String line : nodes.split("\n", -1)) {
            String[] words = line.strip().split(" ", -1);
            if (words.length == WORDS_BEFORE_SLOTS && isReachableMaster(words[2])) {
                Matcher address = ADDRESS.matcher(words[1]);
                if (address.lookingAt()) {
                    masters.add(new Node(address.group(1), Integer.parseInt(address.group(2))));
                }
            }
        }
        return masters;
    }

    private static boolean isReachableMaster(String flags) {
        List<String> all = List.of(flags.split(",", -1));
        return all.contains("master") && UNREACHABLE.stream().noneMatch(all::contains);
    }

    Optional<Node> master(int slot) {
        return Optional.ofNullable(bySlot[slot]);
    }

    Set<Node> masters() {
        return masters;
    }
}
