package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the starter saves, as docs/start/spring-boot.md says. */
@Timeout(60)
class HandWiringTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PAGE = "docs/start/spring-boot.md";
    private static final String EXAMPLE = "examples/spring-bot/src/main/resources/application.yaml";

    @Test
    void theHandWiredBotAnswersToo() throws InterruptedException {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            new ApplicationContextRunner()
                    .withUserConfiguration(HandWiredApp.class)
                    .withPropertyValues(
                            "storage=memory", "telegram.token=" + telegram.token(), "telegram.server=" + telegram.uri())
                    .run(context -> {
                        TelegramUser ann = telegram.user(1);
                        ann.says("/order");
                        ann.awaitReply("Small or large?", PATIENCE);
                    });
        }
    }

    private static Path root() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root;
    }

    /** The properties are those of the example, whose tests run them on each storage. */
    @Test
    void thePageShowsPropertiesThatAreTested() throws IOException {
        Matcher block = Pattern.compile("(?s)```yaml\\n(.*?)```").matcher(Files.readString(root().resolve(PAGE)));
        assertThat(block.find()).isTrue();
        assertThat(Files.readString(root().resolve(EXAMPLE)).replace("storage: memory", "storage: redis"))
                .contains(block.group(1).lines().toList());
    }

    @Test
    void theLinesAreAsTheDocsSay() throws IOException {
        Path root = root();
        List<String> properties = Files.readAllLines(root.resolve(EXAMPLE));
        String sources = "fsm-spring-boot-starter/src/test/java/io/botfsm/spring/HandWiredApp.java";
        List<String> source = Files.readAllLines(root.resolve(sources)).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        int begin = source.indexOf("// begin: counted by HandWiringTest");
        List<String> wiring = source.subList(begin + 1, source.indexOf("// end"));
        assertThat(Files.readString(root.resolve(PAGE)).replaceAll("\\s+", " "))
                .contains(
                        properties.size() + " lines of `application.yaml` replace " + wiring.size() + " lines of Java");
    }
}
