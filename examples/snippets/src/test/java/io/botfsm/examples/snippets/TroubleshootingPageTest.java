package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The messages that docs/operate/troubleshooting.md quotes are those of the code; an ellipsis stands for what varies.
 */
class TroubleshootingPageTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| (.*?) \\|");
    private static final Pattern QUOTE = Pattern.compile("`([^`]+)`");

    @Test
    void quotedMessagesAreInTheCode() throws IOException {
        String code = code();
        String page = Files.readString(ROOT.resolve("docs/operate/troubleshooting.md"));
        List<String> parts = FIRST_CELL
                .matcher(page)
                .results()
                .flatMap(cell -> QUOTE.matcher(cell.group(1)).results())
                .map((MatchResult quote) -> quote.group(1))
                .flatMap(message -> Arrays.stream(message.split("…")))
                .map(String::strip)
                .filter(part -> part.length() > 3)
                .toList();
        assertThat(parts)
                .hasSizeGreaterThan(40)
                .allSatisfy(part -> assertThat(code.contains(part)).as(part).isTrue());
    }

    /** The code, in which texts that are split over several lines are joined. */
    private static String code() throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.filter(
                            each -> each.toString().replace('\\', '/').contains("/src/main/java/")
                                    && each.toString().endsWith(".java"))
                    .toList()) {
                code.append(Files.readString(file));
            }
        }
        return code.toString().replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"");
    }
}
