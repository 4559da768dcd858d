package io.botfsm.redis.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisUri.Node;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Those who know where a master is. All are asked at the same time. What more than half of them say is true at once;
 * otherwise, when all have answered or failed, what most say: one that is cut off from the others or out of date
 * decides nothing.
 */
public final class MasterResolver {
    private final String master;
    private final int count;
    private final CompletableFuture<Node> elected = new CompletableFuture<>();
    private final Map<Node, Integer> votes = new HashMap<>();
    private @Nullable RedisPortException failure;
    private int refusals;
    private int left;

    private MasterResolver(String master, int count) {
        this.master = master;
        this.count = count;
        this.left = count;
    }

    /**
     * Where the master is now. Fails if no Sentinel says, with a {@link RedisPortException} that names one of them and
     * why; one that refused the question rather than one that could not be asked. The failure is lasting only if most
     * of them refused.
     *
     * @param sentinels at least one
     * @param master its name
     * @param ask asks one for {@code SENTINEL GET-MASTER-ADDR-BY-NAME}, without blocking, and ends in bounded time
     */
    public static CompletionStage<Node> master(
            Collection<Node> sentinels, String master, Function<Node, CompletionStage<List<Object>>> ask) {
        MasterResolver asked = new MasterResolver(master, sentinels.size());
        for (Node sentinel : sentinels) {
            var unused = ask.apply(sentinel)
                    .thenApply(asked::node)
                    .whenComplete((node, failure) -> asked.answered(sentinel, node, failure));
        }
        return asked.elected;
    }

    /**
     * Asks a Sentinel where a master is, over a connection of a client that does not block, and closes that.
     *
     * @return host and port
     */
    public static CompletionStage<List<Object>> ask(CompletionStage<ServerConnection> sentinel, String master) {
        List<byte[]> question = Stream.of("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master)
                .map(word -> word.getBytes(UTF_8))
                .toList();
        return sentinel.thenCompose(connection -> connection.send(question).whenComplete((address, failure) -> {
            var unused = connection.close();
        }));
    }

    private Node node(List<Object> address) {
        if (address.size() == 2 && address.get(0) instanceof byte[] host && address.get(1) instanceof byte[] port) {
            return new Node(new String(host, UTF_8), Integer.parseInt(new String(port, UTF_8)));
        }
        throw RedisPortException.unknownMaster(master);
    }

    private void answered(Node sentinel, @Nullable Node node, @Nullable Throwable why) {
        boolean most = false;
        List<Node> told = List.of();
        RedisPortException failed;
        boolean last;
        synchronized (votes) {
            if (node != null) {
                most = votes.merge(node, 1, Integer::sum) > count / 2;
            } else {
                RedisPortException latest = RedisPortException.ofSentinel(sentinel, Objects.requireNonNull(why));
                refusals += latest.isLasting() ? 1 : 0;
                failure = failure == null || !failure.isLasting() ? latest : failure;
            }
            failed = failure == null || refusals > count / 2 ? failure : failure.passing();
            last = --left == 0;
            if (last) {
                told = votes.entrySet().stream()
                        .sorted(Collections.reverseOrder(Map.Entry.comparingByValue()))
                        .map(Map.Entry::getKey)
                        .toList();
            }
        }
        if (most && node != null) {
            elected.complete(node);
        } else if (!told.isEmpty()) {
            elected.complete(told.get(0));
        } else if (last && failed != null) {
            elected.completeExceptionally(failed);
        }
    }
}
