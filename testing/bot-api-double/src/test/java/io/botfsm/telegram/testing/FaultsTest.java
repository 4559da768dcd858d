package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.telegram.testing.BotClient.Reply;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes wrong on demand. */
class FaultsTest {
    private static final long ANN = 5_000_000_000L;

    private final BotApiDouble bot = BotApiDouble.start();
    private final BotClient client = new BotClient(bot, "bot");
    private final TelegramUser ann = bot.user(ANN);

    @AfterEach
    void close() {
        bot.close();
    }

    @Test
    void refusalsComeInTheirOrderAndEnd() {
        bot.next("sendMessage", 2, Fault.badGateway());
        bot.next("SENDMESSAGE", Fault.tooManyRequests(7));

        assertThat(client.call("getMe").status()).isEqualTo(200);
        assertThat(send().status()).isEqualTo(502);
        assertThat(send().description()).isEqualTo("Bad Gateway");
        Reply tooMany = send();
        assertThat(tooMany.body())
                .hasToString("{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after 7\","
                        + "\"parameters\":{\"retry_after\":7}}");
        assertThat(ann.messages()).isEmpty();
        assertThat(send().status()).isEqualTo(200);
        assertThat(bot.requests()).extracting(BotRequest::status).containsExactly(200, 502, 502, 429, 200);
    }

    @Test
    void aFaultOfOneChatLeavesTheOthersAlone() {
        TelegramUser bob = bot.user(2);
        bob.says("hello");
        ann.says("hello");
        bot.nextInChat(bob.id(), "sendMessage", 1, Fault.badGateway());

        assertThat(send().status()).isEqualTo(200);
        assertThat(client.call("sendMessage", "chat_id", bob.id(), "text", "hello")
                        .status())
                .isEqualTo(502);
        assertThat(client.call("sendMessage", "chat_id", bob.id(), "text", "hello")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aDroppedRequestIsExecutedOrNot() {
        bot.next("sendMessage", Fault.dropBefore());
        assertThatThrownBy(this::send).hasRootCauseInstanceOf(IOException.class);
        assertThat(ann.messages()).isEmpty();

        bot.next("sendMessage", Fault.dropAfter());
        assertThatThrownBy(this::send).hasRootCauseInstanceOf(IOException.class);
        assertThat(ann.messages()).hasSize(1);
        assertThat(bot.requests()).extracting(BotRequest::status).containsOnly(BotRequest.DROPPED);
    }

    @Test
    void updatesWhoseAnswerWasLostComeAgain() {
        ann.says("hello");
        bot.next("getUpdates", Fault.dropAfter());

        assertThatThrownBy(() -> client.call("getUpdates")).hasRootCauseInstanceOf(IOException.class);
        assertThat(bot.polls())
                .singleElement()
                .satisfies(poll -> assertThat(poll.answered()).isEqualTo(1));
        assertThat(client.call("getUpdates").updateIds()).hasSize(1);
    }

    @Test
    void aDelayedRequestIsExecutedLater() {
        bot.next("*", Fault.delay(Duration.ofMillis(700)));
        long begun = System.nanoTime();

        assertThat(send().status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(700));
    }

    @Test
    void faultsAreForgotten() {
        bot.next("*", 1_000_000, Fault.badGateway());
        assertThat(send().status()).isEqualTo(502);
        bot.clearFaults();

        assertThat(send().status()).isEqualTo(200);
    }

    @Test
    void faultsArePlannedByHttp() {
        plan("method", "sendMessage", "retry_after", 3);
        plan("method", "sendMessage", "status", 500, "description", "Internal Server Error");
        plan("drop", "before");
        plan("drop", "after");
        plan("delay_millis", 1);

        assertThat(send().status()).isEqualTo(429);
        assertThat(send().status()).isEqualTo(500);
        assertThatThrownBy(this::send).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(this::send).hasRootCauseInstanceOf(IOException.class);
        assertThat(ann.messages()).hasSize(1);
        assertThat(send().status()).isEqualTo(200);
        assertThat(BotClient.await(client.post("/faults", "drop", "later")).status())
                .isEqualTo(400);
        assertThat(BotClient.await(client.post("/faults", "times", 0)).status()).isEqualTo(400);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> bot.next("getMe", 0, Fault.badGateway()));
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.status(200, "OK"));
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.delay(Duration.ofMillis(-1)));
    }

    private void plan(Object... parameters) {
        assertThat(BotClient.await(client.post("/faults", parameters)).status()).isEqualTo(200);
    }

    private Reply send() {
        return client.call("sendMessage", "chat_id", ANN, "text", "hello");
    }
}
