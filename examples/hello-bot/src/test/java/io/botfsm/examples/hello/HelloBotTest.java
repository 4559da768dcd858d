package io.botfsm.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.examples.hello.HelloBot.Order;
import io.botfsm.flow.test.FlowTester;
import io.botfsm.telegrambots.BotToken;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelloBotTest {
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
    void theProgramGoesOnWhereItWasWhenItStartsAgain(@TempDir Path folder) throws Exception {
        assertThat(talk(folder, "/order", " ", "small"))
                .containsExactly("Small or large?", "Where to with your small one?");
        assertThat(talk(folder, "Elm St 1"))
                .containsExactly("Where to with your small one?", "On its way to Elm St 1.", "Send /order.");
    }

    /** Runs the bot in its own process, to the end of its input. */
    private static List<String> talk(Path folder, String... lines) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HelloBot.class.getName(),
                        "--storage",
                        "jdbc:sqlite:" + folder.resolve("bot.db"))
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove(BotToken.VARIABLE);
        Process bot = builder.start();
        try (Writer in = bot.outputWriter(StandardCharsets.UTF_8)) {
            for (String line : lines) {
                in.write(line + "\n");
            }
        }
        List<String> said = bot.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(bot.waitFor()).isZero();
        return said;
    }

    @Test
    void itStaysShort() throws Exception {
        Path file = Path.of("src/main/java/io/botfsm/examples/hello/HelloBot.java");
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(45);
    }
}
