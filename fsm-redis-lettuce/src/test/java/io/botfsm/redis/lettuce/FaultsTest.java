package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.get;
import static io.botfsm.redis.client.testing.Calls.unavailable;
import static io.botfsm.redis.client.testing.Calls.untilItReads;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.FaultsSuite;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers and networks that fail, with one connection, which is replaced. */
final class FaultsTest extends FaultsSuite {
    FaultsTest() {
        super(new LettuceInTest(), Duration.ofMillis(600));
    }

    @BeforeEach
    void isConnectedOnce() {
        assertThat(proxy().accepted()).isEqualTo(1);
    }

    /** Scripts are loaded again before the new connection is used, however long the server takes to load its data. */
    @Test
    void afterARestartAWriteIsOneScriptRunAgain() {
        try (RespConnection admin = server().connect()) {
            admin.call("EVAL", "for i = 1, 300000 do redis.call('SET', 'filler:' .. i, i) end", "0");
        }
        server().kill();
        server().startAgain();
        untilItReads(storage(), key());

        applied(storage(), key(), set("C"));

        try (RespConnection admin = server().connect()) {
            assertThat(admin.calls("eval")).isZero();
            assertThat(admin.calls("evalsha")).isEqualTo(1);
        }
    }

    /** Only the new connection is used from then on; the old one's calls still get their replies. */
    @Test
    void callsOnAConnectionThatIsReplacedGetTheirReplies() {
        Duration timeout = Duration.ofSeconds(2);
        try (BotRedis patient =
                LettuceRedis.builder(proxy().uri(0)).commandTimeout(timeout).connect()) {
            StateStorage slow = patient.stateStorage();
            proxy().holdOpenOnes();
            CompletionStage<Outcome> first = slow.write(key(), set("B").build());
            // Later than the first, so that it is still waiting when the first has timed out.
            Awaitility.await().pollDelay(timeout.multipliedBy(2).dividedBy(3)).until(() -> true);
            CompletionStage<Outcome> second = slow.write(freshKey(), set("B").build());
            assertThat(unavailable(first).mayBeApplied()).isTrue();
            // Reads on the old connection hang, so a read that is answered soon shows that the new one is used.
            Awaitility.await().until(() -> answersSoon(slow.read(freshKey())));
            assertThat(second.toCompletableFuture()).isNotDone();

            proxy().heal();
            assertThat(get(second)).isInstanceOf(Applied.class);
        }
    }

    private static boolean answersSoon(CompletionStage<?> stage) throws Exception {
        try {
            stage.toCompletableFuture().get(100, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
