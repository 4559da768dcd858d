package io.botfsm.examples.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.examples.hello.HelloBot;
import io.botfsm.flow.Terminal;
import io.botfsm.flow.test.FlowTester;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page that a new user reads first, step by step. */
@Timeout(120)
class StartTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "start", "README.md");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As a new user does: copies program and test from the page, compiles them, and says what the page says. */
    @Test
    void theProgramOfThePageIsCopiedCompiledAndTalkedTo(@TempDir Path project) throws Exception {
        String page = Files.readString(PAGE);
        Path source = Files.writeString(project.resolve("HelloBot.java"), block(page, "java", 0));
        assertThat(Files.readAllLines(source)).hasSizeLessThanOrEqualTo(45);
        Path test = Files.writeString(project.resolve("HelloBotTest.java"), block(page, "java", 1));
        String classPath = System.getProperty("java.class.path");
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-cp",
                                classPath,
                                "-d",
                                project.toString(),
                                source.toString(),
                                test.toString()))
                .isZero();

        Process bot = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        project + System.getProperty("path.separator") + classPath,
                        "HelloBot")
                .directory(project.toFile()) // where its database is
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> session = block(page, "text", 0).lines().toList();
        try (var in = bot.outputWriter(UTF_8)) {
            for (String line : session) {
                if (line.startsWith("> ")) {
                    in.write(line.substring(2) + "\n");
                }
            }
        }
        assertThat(bot.inputReader(UTF_8).lines())
                .containsExactlyElementsOf(
                        session.stream().filter(line -> !line.startsWith("> ")).toList());
        assertThat(bot.waitFor()).isZero();
    }

    private static String block(String page, String language, int index) {
        Matcher block =
                Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```\\n").matcher(page);
        return block.results().toList().get(index).group(1);
    }

    @Nested
    // snippet: start-test
    class HelloBotTest {
        @Test
        void aPizzaIsOrdered() {
            FlowTester.of(HelloBot.PIZZA)
                    .say("/order")
                    .expect("Small or large?")
                    .say("medium")
                    .expect("I only know small and large.", "Small or large?")
                    .say("small")
                    .inState(HelloBot.Order.ADDRESS)
                    .redeliver() // the messenger delivers the last message again
                    .expect("Where to with your small one?")
                    .say("Elm St 1")
                    .expect("On its way to Elm St 1.", "Send /order.")
                    .ended();
        }
    }
    // end

    @Test
    void keptOverARestart() {
        try (RedisServerProcess server = RedisServerProcess.start()) {
            assertThat(said(server.uri(1), "/order")).isEqualTo("Small or large?");
            assertThat(said(server.uri(1), "small").lines())
                    .containsExactly("Small or large?", "Where to with your small one?");
        }
    }

    private static String said(String uri, String text) {
        InputStream terminalIn = System.in;
        PrintStream terminalOut = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(text.getBytes(UTF_8)));
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            // snippet: start-redis
            try (BotRedis redis = LettuceRedis.connect(uri)) { // redis://localhost:6379/1
                Terminal.talk(HelloBot.PIZZA, redis.stateStorage());
            }
            // end
        } finally {
            System.setIn(terminalIn);
            System.setOut(terminalOut);
        }
        return printed.toString(UTF_8).strip();
    }

    @Test
    void onTelegram() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start();
                BotRedis redis = LettuceRedis.connect(server.uri(1))) {
            BotToken token = BotToken.of(telegram.token());
            // snippet: start-telegram
            TelegramRunner bot = TelegramRunner.polling(token) // BotToken.fromEnvironment()
                    .flow(HelloBot.PIZZA, Texts.in(), Texts.out())
                    .storage(redis)
                    .lock("pizza-bot"); // of several instances one is active
            // end
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(
                    () -> bot.server(telegram.uri()).run());
            TelegramUser user = telegram.user(42);
            user.says("/order");
            user.awaitReply("Small or large?", PATIENCE);
            user.says("small");
            user.awaitReply("Where to with your small one?", PATIENCE);
            bot.stop();
            assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isZero();
        }
    }
}
