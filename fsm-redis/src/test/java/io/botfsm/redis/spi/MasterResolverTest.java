package io.botfsm.redis.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.spi.RedisUri.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class MasterResolverTest {

    private static CompletionStage<List<Object>> failed(RuntimeException failure) {
        return CompletableFuture.failedFuture(new CompletionException(failure));
    }

    private static CompletionStage<List<Object>> refused(String text) {
        return failed(RedisPortException.ofServerError(text));
    }

    private static CompletionStage<List<Object>> reply(String host) {
        return CompletableFuture.completedFuture(List.of(host.getBytes(UTF_8), "6379".getBytes(UTF_8)));
    }

    @SafeVarargs
    private static Node master(CompletionStage<List<Object>>... answers) {
        List<CompletionStage<List<Object>>> all = new ArrayList<>();
        for (CompletionStage<List<Object>> answer : answers) {
            all.add(answer);
        }
        return master(all);
    }

    private static Node master(List<CompletionStage<List<Object>>> answers) {
        Map<Node, CompletionStage<List<Object>>> bySentinel = new LinkedHashMap<>();
        for (CompletionStage<List<Object>> answer : answers) {
            bySentinel.put(new Node("s" + (bySentinel.size() + 1), 26379), answer);
        }
        return MasterResolver.master(bySentinel.keySet(), "main", bySentinel::get)
                .toCompletableFuture()
                .join();
    }

    @SafeVarargs
    private static AbstractThrowableAssert<?, ?> failure(CompletionStage<List<Object>>... answers) {
        return assertThatThrownBy(() -> master(answers))
                .cause()
                .isInstanceOf(RedisPortException.class)
                .hasMessageStartingWith("not sent: Sentinel s");
    }

    @Test
    void oneThatRefusesIsLeftOutWhileAnotherAnswers() {
        assertThat(master(refused("NOAUTH Authentication required."), reply("m"), reply("m")))
                .isEqualTo(new Node("m", 6379));
    }

    /** It may be the one that is cut off from the others. */
    @Test
    void fewerThanHalfOfThemDecideNothing() {
        CompletionStage<List<Object>> away = failed(new IllegalStateException("reset"));
        for (List<CompletionStage<List<Object>>> answers :
                List.of(List.of(reply("m"), away, away), List.of(away, away, reply("m")), List.of(reply("m"), away))) {
            assertThatThrownBy(() -> master(answers))
                    .cause()
                    .isInstanceOf(RedisPortException.class)
                    .matches(MasterResolverTest::isPassing)
                    .hasMessageContaining("no majority of the Sentinels says where main is: m:6379 (1 of ")
                    .hasMessageContaining("; Sentinel s")
                    .hasMessageContaining("no connection to Redis");
        }
    }

    @Test
    void aTieDecidesNothing() {
        for (List<CompletionStage<List<Object>>> answers : List.of(
                List.of(reply("m1"), reply("m2")),
                List.of(reply("m2"), reply("m1")),
                List.of(reply("m1"), reply("m2"), reply("m2"), reply("m1")))) {
            assertThatThrownBy(() -> master(answers))
                    .cause()
                    .matches(MasterResolverTest::isPassing)
                    .hasMessageMatching(".*: m1:6379 \\((1 of 2|2 of 4)\\), m2:6379 \\((1 of 2|2 of 4)\\)");
        }
        assertThat(master(reply("m1"), reply("m2"), reply("m2"))).isEqualTo(new Node("m2", 6379));
    }

    /** If most Sentinels refuse, someone has to fix it, whatever the others answer. */
    @Test
    void mostThatRefuseAreARefusal() {
        failure(refused("NOAUTH x"), reply("m"), refused("NOAUTH x"))
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD")
                .matches(failure -> !isPassing(failure));
    }

    @Test
    void oneThatIsNamedTwiceHasOneVote() {
        Node once = new Node("s1", 26379);
        Node other = new Node("s2", 26379);
        assertThatThrownBy(() -> MasterResolver.master(
                                List.of(once, once, once, other),
                                "main",
                                node -> node.equals(once) ? reply("m1") : reply("m2"))
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("m1:6379 (1 of 2), m2:6379 (1 of 2)");
    }

    /** A failure that someone has to fix is more important than one that may be temporary. */
    @Test
    void oneThatRefusesIsNamedRatherThanOneThatCannotBeReached() {
        failure(refused("NOAUTH x"), failed(new IllegalStateException("reset")))
                .hasMessageContaining("Sentinel s1:26379: Redis answered NOAUTH")
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD");
        failure(failed(new IllegalStateException("reset")), refused("WRONGPASS x"))
                .hasMessageContaining("Sentinel s2:26379: Redis answered WRONGPASS")
                .hasMessageContaining("REDIS_FSM_SENTINEL_PASSWORD");
    }

    /** Those that cannot be asked now may know the master later. */
    @Test
    void theFailureIsLastingOnlyIfMostSentinelsRefused() {
        CompletionStage<List<Object>> unreachable = failed(new IllegalStateException("reset"));
        CompletionStage<List<Object>> nothing = CompletableFuture.completedFuture(List.of());
        CompletionStage<List<Object>> noAuth = refused("NOAUTH x");
        CompletionStage<List<Object>> noSentinel = refused("ERR unknown command 'SENTINEL'");
        for (CompletionStage<List<Object>> other : List.of(unreachable, nothing)) {
            failure(noAuth, other).hasMessageContaining("NOAUTH").matches(MasterResolverTest::isPassing);
            failure(other, noAuth).hasMessageContaining("NOAUTH").matches(MasterResolverTest::isPassing);
            failure(noSentinel, other).hasMessageContaining("not a Sentinel").matches(MasterResolverTest::isPassing);
            failure(other, noSentinel).hasMessageContaining("not a Sentinel").matches(MasterResolverTest::isPassing);
        }
        failure(noAuth, noSentinel).hasMessageContaining("NOAUTH").matches(failure -> !isPassing(failure));
        failure(unreachable, noAuth, unreachable).hasMessageContaining("NOAUTH").matches(MasterResolverTest::isPassing);
        failure(noAuth, unreachable, noAuth).hasMessageContaining("NOAUTH").matches(failure -> !isPassing(failure));
    }

    private static boolean isPassing(Throwable failure) {
        return RedisPortException.known(failure)
                .filter(known -> !known.isLasting())
                .isPresent();
    }

    @Test
    void whatFailedIsSaid() {
        RuntimeException reset = new IllegalStateException("reset");
        failure(failed(reset), failed(reset)).hasMessageContaining("no connection to Redis");
        CompletionStage<List<Object>> nothing = CompletableFuture.completedFuture(List.of());
        failure(nothing, nothing).hasMessageContaining("it does not know the master main");
        failure(refused("ERR unknown command 'SENTINEL'"), failed(reset)).hasMessageContaining("it is not a Sentinel");
    }
}
