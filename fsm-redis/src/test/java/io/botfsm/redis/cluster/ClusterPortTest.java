package io.botfsm.redis.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.RedisUri.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where commands are sent, and which are sent again, for answers that a real cluster gives only at certain moments. */
@Timeout(60)
class ClusterPortTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final byte[] KEY = "key".getBytes(UTF_8);
    private static final int SLOT = HashSlot.of(KEY);

    private final Map<Integer, ScriptedNode> nodes = Collections.synchronizedMap(new LinkedHashMap<>());
    private final AtomicInteger changes = new AtomicInteger();
    private int master = 1;
    private ClusterPort port;

    @BeforeEach
    void start() throws Exception {
        port = cluster(DEADLINE);
    }

    private ClusterPort cluster(Duration deadline) throws Exception {
        ClusterPort cluster = new ClusterPort(
                List.of(new Node("h", 9)),
                node -> nodes.computeIfAbsent(node.port(), ScriptedNode::new),
                deadline,
                masters -> changes.incrementAndGet(),
                (channel, hint) -> CompletableFuture.failedFuture(RedisPortException.notSent(null)),
                () -> {});
        get(cluster.start());
        return cluster;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static RedisPortException failure(CompletionStage<?> stage) {
        try {
            throw new AssertionError("it did not fail: " + get(stage));
        } catch (ExecutionException e) {
            return (RedisPortException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private ScriptedNode node(int number) {
        return nodes.get(number);
    }

    private List<String> commands(int number) {
        return nodes.containsKey(number) ? List.copyOf(node(number).commands) : List.of();
    }

    @Test
    void aSlotIsWhatRedisTakesItFor() {
        assertThat(HashSlot.of("123456789".getBytes(UTF_8))).isEqualTo(12_739);
        assertThat(HashSlot.of("{user1000}.following".getBytes(UTF_8)))
                .isEqualTo(HashSlot.of("x{user1000}.followers".getBytes(UTF_8)));
        assertThat(HashSlot.of("foo{}{bar}".getBytes(UTF_8))).isNotEqualTo(HashSlot.of("bar".getBytes(UTF_8)));
        assertThat(HashSlot.of("foo{{bar}}zap".getBytes(UTF_8))).isEqualTo(HashSlot.of("{bar".getBytes(UTF_8)));
    }

    @Test
    void aCommandGoesToWhoServesItsSlot() throws Exception {
        assertThat(get(port.hgetall(KEY))).isEmpty();
        assertThat(commands(1)).containsExactly("hgetall");
        assertThat(commands(2)).isEmpty();
    }

    @Test
    void aMovedSlotIsFollowedAndRemembered() throws Exception {
        node(1).next("MOVED " + SLOT + " h:2");
        master = 2;
        get(port.hgetall(KEY));
        get(port.hgetall(KEY));
        assertThat(commands(1)).containsExactly("hgetall");
        assertThat(commands(2)).containsExactly("hgetall", "hgetall");
    }

    @Test
    void aSlotThatIsAboutToMoveIsAskedForEachTime() throws Exception {
        node(1).next("ASK " + SLOT + " h:2");
        get(port.hgetall(KEY));
        get(port.hgetall(KEY));
        assertThat(commands(1)).containsExactly("hgetall", "hgetall");
        assertThat(commands(2)).containsExactly("asking hgetall");
    }

    @Test
    void keysThatAreMovingAreTriedAgain() throws Exception {
        node(1).next("TRYAGAIN").next("TRYAGAIN");
        get(port.evalsha("sha", List.of(KEY), List.of()));
        assertThat(commands(1)).hasSize(3);
    }

    @Test
    void nodesThatDoNotAgreeAreAskedUntilTheTimeIsOver() throws Exception {
        ClusterPort hasty = cluster(SHORT);
        node(1).always("MOVED " + SLOT + " h:2");
        get(hasty.hgetall("other".getBytes(UTF_8))); // served by the other node
        node(2).always("MOVED " + SLOT + " h:1");
        long begin = System.nanoTime();

        RedisPortException failure = failure(hasty.hgetall(KEY));

        assertThat(failure.kind()).isEqualTo(CommandOutcome.NOT_SENT);
        assertThat(failure.isLasting()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHORT.plusSeconds(5));
        assertThat(commands(1).size() + commands(2).size()).isBetween(4, 40);
    }

    @Test
    void whatWasNotSentGoesToWhoHasTakenThePlace() throws Exception {
        node(1).next(RedisPortException.notSent(null));
        master = 2;
        get(port.hgetall(KEY));
        assertThat(commands(1)).containsExactly("hgetall");
        assertThat(commands(2)).containsExactly("hgetall");
        assertThat(changes).hasValue(1); // the same nodes serve other slots
    }

    @Test
    void whatWasNotSentFailsAtOnceWhileNobodyHasTakenThePlace() {
        node(1).always(RedisPortException.notSent(null));
        assertThat(failure(port.hgetall(KEY)).kind()).isEqualTo(CommandOutcome.NOT_SENT);
        assertThat(commands(1)).containsExactly("hgetall");
    }

    @Test
    void whatMayHaveBeenExecutedIsNeverSentAgain() {
        node(1).next(RedisPortException.outcomeUnknown(null));
        master = 2;
        assertThat(failure(port.evalsha("sha", List.of(KEY), List.of())).kind())
                .isEqualTo(CommandOutcome.OUTCOME_UNKNOWN);
        assertThat(commands(1)).containsExactly("evalsha");
        assertThat(commands(2)).isEmpty();
    }

    @Test
    void aClusterThatIsDownIsSaidToBe() {
        node(1).next("CLUSTERDOWN The cluster is down");
        RedisPortException failure = failure(port.hgetall(KEY));
        assertThat(failure.kind()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(failure.isLasting()).isFalse();
        assertThat(commands(1)).containsExactly("hgetall");
    }

    @Test
    void aScriptThatIsNotKnownIsTheCallersBusiness() {
        node(1).next("NOSCRIPT No matching script");
        assertThat(failure(port.evalsha("sha", List.of(KEY), List.of())).kind()).isEqualTo(CommandOutcome.NO_SCRIPT);
    }

    /**
     * The memory of a lease relies on the number of the node's own connection, and on a new number for each query that
     * is not sent to a particular node.
     */
    @Test
    void whatANodeSaysOfItselfIsAskedOfTheNode() throws Exception {
        assertThat(port.at(KEY)).isSameAs(node(1));
        assertThat(port.connection()).isNotEqualTo(port.connection());
        node(1).next("MOVED " + SLOT + " h:2");
        master = 2;
        get(port.hgetall(KEY));
        assertThat(port.at(KEY)).isSameAs(node(2));
    }

    @Test
    void whatTakesNoKeyGoesToANodeThatCanBeReached() throws Exception {
        node(1).always(RedisPortException.notSent(null));
        for (int i = 0; i < 10; i++) {
            assertThat(get(port.info("server"))).isEqualTo("of 2");
        }
    }

    @Test
    void afterCloseNothingIsSent() throws Exception {
        port.close();
        port.close();
        assertThat(failure(port.hgetall(KEY)).kind()).isEqualTo(CommandOutcome.CLOSED);
        assertThat(failure(port.info("server")).kind()).isEqualTo(CommandOutcome.CLOSED);
        assertThat(nodes.values()).allMatch(node -> node.closed);
    }

    /** A slot may be about to move to a master that has none yet. */
    @Test
    void mastersWithoutSlotsAreMastersToo() throws Exception {
        assertThat(get(port.masters()))
                .extracting(node -> ((ScriptedNode) node).number)
                .containsExactlyInAnyOrder(1, 2, 5);
    }

    @Test
    void keysAreListedAtEachMaster() {
        assertThatThrownBy(() -> port.scan(KEY, KEY, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("each of masters()");
    }

    @Test
    void aSeedThatIsNoClusterIsRefused() {
        assertThatThrownBy(() -> {
                    nodes.put(9, new ScriptedNode(9) {
                        @Override
                        public CompletionStage<List<Object>> clusterSlots() {
                            return CompletableFuture.failedFuture(
                                    RedisPortException.ofServerError("ERR This instance has cluster support disabled"));
                        }
                    });
                    cluster(SHORT);
                })
                .hasCauseInstanceOf(RedisPortException.class);
    }

    /** Gives the configured answers, then those of a healthy node. */
    private class ScriptedNode implements ClusterNode {
        private final int number;
        private final List<String> commands = Collections.synchronizedList(new ArrayList<>());
        private final List<RedisPortException> answers = new ArrayList<>();
        private RedisPortException forEver;
        private volatile boolean closed;
        private String before = "";

        ScriptedNode(int number) {
            this.number = number;
        }

        ScriptedNode next(String error) {
            return next(RedisPortException.ofServerError(error));
        }

        ScriptedNode next(RedisPortException failure) {
            answers.add(failure);
            return this;
        }

        void always(String error) {
            always(RedisPortException.ofServerError(error));
        }

        void always(RedisPortException failure) {
            forEver = failure;
        }

        private <T> CompletionStage<T> answer(String command, T healthy) {
            commands.add(before + command);
            if (!answers.isEmpty()) {
                return CompletableFuture.failedFuture(answers.remove(0));
            }
            return forEver == null
                    ? CompletableFuture.completedFuture(healthy)
                    : CompletableFuture.failedFuture(forEver);
        }

        /** Two masters: one has the key's slot, the other all others. */
        @Override
        public CompletionStage<List<Object>> clusterSlots() {
            Function<Integer, List<Object>> address = n -> List.of("h".getBytes(UTF_8), (long) n, new byte[40]);
            int other = 3 - master;
            return CompletableFuture.completedFuture(List.of(
                    List.of(0L, SLOT - 1L, address.apply(other)),
                    List.of((long) SLOT, (long) SLOT, address.apply(master), address.apply(8)),
                    List.of(SLOT + 1L, HashSlot.COUNT - 1L, address.apply(other))));
        }

        @Override
        public RedisPort asking() {
            ScriptedNode asked = new ScriptedNode(number) {
                @Override
                public CompletionStage<List<byte[]>> hgetall(byte[] key) {
                    return ScriptedNode.this.answer("asking hgetall", List.of());
                }

                @Override
                public FollowedScripts followedBy(List<byte[]> command) {
                    ScriptedNode.this.commands.add("asking");
                    return ScriptedNode.this.followedBy(command);
                }
            };
            return asked;
        }

        @Override
        public CompletionStage<Void> ready() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<List<byte[]>> hgetall(byte[] key) {
            return answer("hgetall", List.of());
        }

        @Override
        public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
            return answer("evalsha", List.of());
        }

        @Override
        public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
            return answer("eval", List.of());
        }

        @Override
        public CompletionStage<String> scriptLoad(byte[] script) {
            return answer("scriptLoad", "sha");
        }

        @Override
        public CompletionStage<String> info(String section) {
            return answer("info", "of " + number);
        }

        @Override
        public CompletionStage<List<byte[]>> configGet(String pattern) {
            return answer("configGet", List.of());
        }

        @Override
        public CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count) {
            return answer("scan", List.of(cursor, List.of()));
        }

        /** A master with slots, a replica, a master without slots, and two that cannot be reached. */
        @Override
        public CompletionStage<String> clusterNodes() {
            return answer("clusterNodes", """
                    07c37dfeb2352 h:1@11 myself,master - 0 1426238317239 4 connected 0-5460
                    67ed2db8d6770 h:8@18,hostname slave 07c37dfeb2352 0 1426238316232 2 connected
                    292f8b365bb7e h:5@15 master - 0 1426238318243 3 connected
                    6ec23923021cf h:6@16 master,fail - 0 1426238315000 5 disconnected
                    824fe116063bc :0@0 master,noaddr - 0 1426238317741 1 disconnected
                    """);
        }

        @Override
        public CompletionStage<List<byte[]>> keysInSlot(int slot, int count) {
            return answer("keysInSlot", List.of());
        }

        @Override
        public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
            return CompletableFuture.failedFuture(RedisPortException.notSent(null));
        }

        @Override
        public FollowedScripts followedBy(List<byte[]> command) {
            return new FollowedScripts() {
                @Override
                public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
                    return answer("followed evalsha", List.of());
                }

                @Override
                public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                    return answer("followed eval", List.of());
                }

                @Override
                public void close() {
                    commands.add("end of followed");
                }
            };
        }

        @Override
        public long connection() {
            return 0;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
