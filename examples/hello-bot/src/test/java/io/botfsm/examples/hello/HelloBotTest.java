package io.botfsm.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.examples.hello.HelloBot.Order;
import io.botfsm.flow.test.FlowTester;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HelloBotTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aPizzaIsOrdered() {
        FlowTester.of(HelloBot.PIZZA)
                .say("hello")
                .expect("Send /order.")
                .say("/order")
                .expect("Small or large?")
                .say("medium")
                .expect("I only know small and large.", "Small or large?")
                .say("small")
                .expect("Where to with your small one?")
                .say("/back")
                .inState(Order.SIZE)
                .say("large")
                .redeliver()
                .expect("Where to with your large one?")
                .say("Elm St 1")
                .expect("On its way to Elm St 1.", "Send /order.")
                .ended()
                .say("/order")
                .say("/cancel")
                .expect("Nothing ordered.", "Send /order.")
                .ended();
    }

    @Test
    void theProgramTalksAtTheTerminal() {
        InputStream in = System.in;
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream("/order\nsmall\n".getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            HelloBot.main(new String[0]);
        } finally {
            System.setIn(in);
            System.setOut(out);
        }
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("Small or large?", "Where to with your small one?");
    }

    @Test
    void theSameFlowTalksOnTelegram() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramRunner bot = TelegramRunner.polling(BotToken.of(telegram.token()))
                    .server(telegram.uri())
                    .flow(HelloBot.PIZZA, Texts.in(), Texts.out())
                    .storage(new MemoryStateStorage(), new MemoryLeaseStore())
                    .lock("hello-bot");
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(bot::run);
            TelegramUser user = telegram.user(42);
            user.says("/order");
            user.awaitReply("Small or large?", PATIENCE);
            user.says("small");
            user.awaitReply("Where to with your small one?", PATIENCE);
            user.says("Elm St 1");
            user.awaitReply("On its way to Elm St 1.", PATIENCE);
            bot.stop();
            assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void itStaysShort() throws Exception {
        Path file = Path.of("src/main/java/io/botfsm/examples/hello/HelloBot.java");
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(53);
    }
}
