package io.botfsm.redis.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisUri.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the address of a master through Sentinels. All are asked at the same time; an answer counts as soon as more
 * than half of the configured Sentinels give it. Without such a majority there is no decision, since those that answer
 * may be isolated from the others, or out of date.
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
     * Returns the current address of the master. Fails unless more than half of the Sentinels give the same answer,
     * with a {@link RedisPortException} that contains the answers, and names one of the Sentinels that failed and why;
     * preferably one that refused rather than one that could not be reached. The failure is lasting only if most of
     * them refused.
     *
     * @param sentinels at least one; a Sentinel that is named twice has one vote
     * @param master the name of the master
     * @param ask asks one Sentinel with {@code SENTINEL GET-MASTER-ADDR-BY-NAME}, without blocking and in bounded time
     */
    public static CompletionStage<Node> master(
            Collection<Node> sentinels, String master, Function<Node, CompletionStage<List<Object>>> ask) {
        Set<Node> voters = new LinkedHashSet<>(sentinels);
        MasterResolver resolver = new MasterResolver(master, voters.size());
        for (Node sentinel : voters) {
            var unused = ask.apply(sentinel)
                    .thenApply(resolver::node)
                    .whenComplete((node, failure) -> resolver.answered(sentinel, node, failure));
        }
        return resolver.elected;
    }

    /**
     * Asks a Sentinel for the address of a master, over a connection of a non-blocking client, and closes the
     * connection.
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
        Optional<RedisPortException> undecided;
        synchronized (votes) {
            if (node != null) {
                most = votes.merge(node, 1, Integer::sum) > count / 2;
            } else {
                RedisPortException latest = RedisPortException.ofSentinel(sentinel, Objects.requireNonNull(why));
                refusals += latest.isLasting() ? 1 : 0;
                failure = failure == null || !failure.isLasting() ? latest : failure;
            }
            undecided = --left == 0 && !most ? Optional.of(noMajority()) : Optional.empty();
        }
        if (most && node != null) {
            elected.complete(node);
        } else {
            undecided.ifPresent(elected::completeExceptionally);
        }
    }

    /** Returns the failure if all have answered or failed, but no more than half of them gave the same answer. */
    private RedisPortException noMajority() {
        boolean mostRefuse = refusals > count / 2;
        if (failure != null && (mostRefuse || votes.isEmpty())) {
            return mostRefuse ? failure : failure.passing();
        }
        String tally = votes.entrySet().stream()
                .map(vote -> String.format(Locale.ROOT, "%s (%d of %d)", vote.getKey(), vote.getValue(), count))
                .sorted()
                .collect(Collectors.joining(", "));
        return RedisPortException.noMajority(master, tally, Optional.ofNullable(failure));
    }
}
