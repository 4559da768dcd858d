package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.botfsm.telegram.testing.BotClient.Reply;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules of long polling. */
class GetUpdatesTest {
    private static final long FIRST = 1_000;
    private static final String NEWER_POLL =
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

    private final BotApiDouble bot = BotApiDouble.builder().firstUpdateId(FIRST).start();
    private final BotClient client = new BotClient(bot, "first");
    private final BotClient other = new BotClient(bot, "second");
    private final TelegramUser ann = bot.user(5_000_000_000L);

    @AfterEach
    void close() {
        bot.close();
    }

    @Test
    void anUpdateIsDeliveredUntilAHigherOffsetConfirmsIt() {
        ann.says("one");
        ann.says("two");

        assertThat(client.call("getUpdates").updateIds()).containsExactly(1_000L, 1_001L);
        assertThat(client.call("getUpdates", "offset", 1_000).updateIds()).containsExactly(1_000L, 1_001L);
        assertThat(client.call("getUpdates", "offset", 1_001).updateIds()).containsExactly(1_001L);
        assertThat(bot.unconfirmedUpdates()).isEqualTo(1);
        assertThat(client.call("getUpdates", "offset", 1_000).updateIds()).containsExactly(1_001L);
        assertThat(client.call("getUpdates", "offset", 1_002).updateIds()).isEmpty();
        assertThat(bot.unconfirmedUpdates()).isZero();
    }

    @Test
    void aNegativeOffsetForgetsAllButThatMany() {
        IntStream.range(0, 5).forEach(i -> ann.says("message " + i));

        assertThat(client.call("getUpdates", "offset", -2).updateIds()).containsExactly(1_003L, 1_004L);
        assertThat(client.call("getUpdates").updateIds()).containsExactly(1_003L, 1_004L);
    }

    @Test
    void anOffsetFarBeyondTheNewestUpdateConfirmsNothing() {
        bot.nextUpdateId(50_000);
        ann.says("before the quiet week");
        assertThat(client.call("getUpdates").updateIds()).containsExactly(50_000L);
        assertThat(client.call("getUpdates", "offset", 50_001).updateIds()).isEmpty();
        bot.nextUpdateId(2_000);
        ann.says("after it");

        assertThatIllegalStateException().isThrownBy(() -> bot.nextUpdateId(3_000));
        assertThat(client.call("getUpdates", "offset", 50_001).updateIds()).containsExactly(2_000L);
        assertThat(client.call("getUpdates", "offset", 2_001).updateIds()).isEmpty();
    }

    @Test
    void theLimitIsHundredAtMostAndByDefault() {
        IntStream.range(0, 150).forEach(i -> ann.says("message " + i));

        assertThat(client.call("getUpdates", "offset", 1_001).updateIds()).hasSize(100);
        assertThat(client.call("getUpdates", "limit", 1_000).updateIds()).hasSize(100);
        assertThat(client.call("getUpdates", "offset", 1_001, "limit", 7).updateIds())
                .hasSize(7);
        assertThat(client.call("getUpdates", "limit", 0).updateIds()).hasSize(1);
    }

    @Test
    void whoAsksTheSameAgainWithinHalfASecondGetsOne() {
        IntStream.range(0, 9).forEach(i -> ann.says("message " + i));
        List<CompletableFuture<Reply>> both = List.of(client.callAsync("getUpdates"), client.callAsync("getUpdates"));

        assertThat(both.stream()
                        .map(BotClient::await)
                        .map(reply -> reply.updateIds().size()))
                .containsExactlyInAnyOrder(9, 1);
    }

    @Test
    void aPollIsHeldForItsTimeOut() {
        long begun = System.nanoTime();
        Reply reply = client.call("getUpdates", "timeout", 1);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(reply.body().toString()).isEqualTo("{\"ok\":true,\"result\":[]}");
        assertThat(bot.polls()).singleElement().satisfies(poll -> {
            assertThat(poll.outcome()).isEqualTo(Poll.Outcome.NOTHING);
            assertThat(poll.endedNanos().orElseThrow() - poll.begunNanos()).isGreaterThanOrEqualTo(1_000_000_000L);
            assertThat(poll.ended().orElseThrow()).isAfter(poll.begun()).isBeforeOrEqualTo(Instant.now());
        });
    }

    @Test
    void aHeldPollIsAnsweredWhenAnUpdateComes() {
        CompletableFuture<Reply> held = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(1);
        ann.says("now");

        assertThat(BotClient.await(held).updateIds()).containsExactly(FIRST);
        assertThat(bot.polls()).singleElement().satisfies(poll -> {
            assertThat(poll.outcome()).isEqualTo(Poll.Outcome.UPDATES);
            assertThat(poll.answered()).isEqualTo(1);
            assertThat(poll.firstUpdate()).contains(FIRST);
            assertThat(poll.poller()).isEqualTo("first");
        });
    }

    @Test
    void theNewestWaitingPollWins() {
        CompletableFuture<Reply> older = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(1);
        CompletableFuture<Reply> newer = other.callAsync("getUpdates", "timeout", 50);

        Reply conflict = BotClient.await(older);
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.body().path("error_code").asInt()).isEqualTo(409);
        assertThat(conflict.description()).isEqualTo(NEWER_POLL);
        ann.says("now");
        assertThat(BotClient.await(newer).updateIds()).containsExactly(FIRST);
        assertThat(bot.polls())
                .extracting(Poll::poller, Poll::outcome)
                .containsExactly(tuple("first", Poll.Outcome.CONFLICT), tuple("second", Poll.Outcome.UPDATES));
        Poll first = bot.polls().get(0);
        assertThat(first.overlaps(bot.polls().get(1))).isTrue();
    }

    @Test
    void aSecondConflictWithinThreeSecondsIsHeldBackForThree() {
        CompletableFuture<Reply> first = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(1);
        CompletableFuture<Reply> second = other.callAsync("getUpdates", "timeout", 50);
        assertThat(BotClient.await(first).status()).isEqualTo(409);
        awaitHeld(2);
        long begun = System.nanoTime();
        CompletableFuture<Reply> third = client.callAsync("getUpdates", "timeout", 50);

        assertThat(BotClient.await(second).status()).isEqualTo(409);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        assertThat(third).isNotDone();
        Poll loser = bot.polls().get(1);
        assertThat(loser.endedNanos().orElseThrow())
                .as("it stopped being served at once")
                .isLessThan(begun + 3_000_000_000L);
    }

    @Test
    void aPollThatNeedNotWaitDisturbsNobody() {
        CompletableFuture<Reply> held = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(1);

        assertThat(other.call("getUpdates", "offset", 1).updateIds()).isEmpty();
        assertThat(held).isNotDone();
        ann.says("for both");
        assertThat(BotClient.await(held).updateIds()).containsExactly(FIRST);
        assertThat(other.call("getUpdates", "timeout", 50).updateIds()).containsExactly(FIRST);
    }

    @Test
    void aPollWithAHigherOffsetConfirmsAwayWhatAnotherHasNotHandled() {
        ann.says("one");
        ann.says("two");
        assertThat(client.call("getUpdates").updateIds()).hasSize(2);
        assertThat(other.call("getUpdates", "offset", 1_002).updateIds()).isEmpty();

        assertThat(client.call("getUpdates", "offset", 1_001).updateIds()).isEmpty();
    }

    @Test
    void onlyAllowedUpdatesComeAndTheBotsChoiceStays() {
        client.call("getUpdates", "allowed_updates", "[\"callback_query\"]");
        assertThat(ann.says("not asked for")).isEmpty();
        assertThat(client.call("getUpdates", "offset", 1).updateIds()).isEmpty();
        client.call("getUpdates", "offset", 2, "allowed_updates", "[]");

        assertThat(ann.says("asked for again")).hasValue(FIRST);
        assertThat(bot.deliver("{\"chat_member\":{\"chat\":{\"id\":-100}}}")).isEmpty();
    }

    @Test
    void aWebhookStandsAgainstPolling() {
        CompletableFuture<Reply> held = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(1);
        other.call("setWebhook", "url", "http://127.0.0.1:1/hook");

        assertThat(BotClient.await(held).description()).isEqualTo("Conflict: terminated by setWebhook request");
        ann.says("waiting");
        Reply info = client.call("getWebhookInfo");
        assertThat(info.result().path("url").asText()).isEqualTo("http://127.0.0.1:1/hook");
        assertThat(info.result().path("pending_update_count").asInt()).isEqualTo(1);
        client.call("deleteWebhook", "drop_pending_updates", true);
        assertThat(client.call("getUpdates", "offset", 1).updateIds()).isEmpty();
    }

    @Test
    void aPollUnderAWebhookIsRefused() {
        client.call("setWebhook", "url", "http://127.0.0.1:1/hook");

        assertThat(client.call("getUpdates").description())
                .isEqualTo(
                        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
                                + " webhook first");
    }

    @Test
    void aPollOfAClientThatHasGoneDisturbsNobody() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bot.port())) {
            String request =
                    "GET /bot" + bot.token() + "/getUpdates?timeout=50 HTTP/1.1\r\nHost: x\r\nX-Poller: gone\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            awaitHeld(1);
        }
        CompletableFuture<Reply> next = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(2);
        ann.says("now");

        assertThat(BotClient.await(next).updateIds()).containsExactly(FIRST);
        assertThat(bot.polls())
                .extracting(Poll::poller, Poll::outcome)
                .containsExactly(tuple("gone", Poll.Outcome.GONE), tuple("first", Poll.Outcome.UPDATES));
        assertThat(bot.polls().get(0).overlaps(bot.polls().get(1))).isFalse();
    }

    /**
     * Each poller hangs up right before the next one asks: two polls at once, or a 409, would be a bug of the double.
     */
    @Test
    void aPollerThatHasHungUpIsGoneForTheNext() throws Exception {
        int rounds = 30;
        for (int round = 1; round <= rounds; round++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bot.port())) {
                String request = "GET /bot" + bot.token() + "/getUpdates?timeout=50&offset=" + round
                        + " HTTP/1.1\r\nHost: x\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                awaitHeld(round);
            }
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> bot.requests().size() == rounds);
        assertThat(bot.polls()).extracting(Poll::outcome).containsOnly(Poll.Outcome.GONE);
        assertThat(bot.requests()).extracting(BotRequest::status).containsOnly(BotRequest.DROPPED);
    }

    @Test
    void closingEndsHeldPolls() {
        CompletableFuture<Reply> held = client.callAsync("getUpdates", "timeout", 50);
        awaitHeld(1);
        bot.close();
        bot.close();

        await().atMost(Duration.ofSeconds(20)).until(held::isCompletedExceptionally);
        assertThat(bot.polls()).extracting(Poll::outcome).containsExactly(Poll.Outcome.CLOSED);
    }

    private void awaitHeld(int polls) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> bot.polls().size() == polls);
    }
}
