package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lifecycle.BotRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How systemd handles each exit status under the unit of docs/operate/deployment.md, by systemd.service(5). */
class ServiceUnitTest {
    private static final int SIGTERM_OF_THE_JVM = 143;

    private final Map<String, String> unit = unit();

    private static Map<String, String> unit() {
        try {
            Matcher block = Pattern.compile("(?s)```ini\\n(.*?)```")
                    .matcher(Files.readString(Path.of("..", "..", "docs", "operate", "deployment.md")));
            assertThat(block.find()).isTrue();
            return block.group(1)
                    .lines()
                    .filter(line -> line.matches("\\w+=.*"))
                    .map(line -> line.split("=", 2))
                    .collect(Collectors.toMap(setting -> setting[0], setting -> setting[1]));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean lists(String setting, int status) {
        return List.of(unit.getOrDefault(setting, "").split(" ")).contains(Integer.toString(status));
    }

    private boolean restartsAfter(int status) {
        assertThat(unit).containsEntry("Restart", "on-failure").containsEntry("StartLimitIntervalSec", "0");
        boolean clean = status == 0 || lists("SuccessExitStatus", status);
        return !lists("RestartPreventExitStatus", status) && (!clean || lists("RestartForceExitStatus", status));
    }

    /**
     * After a machine has crashed, the lease of the bot's own earlier run is held, as if by another, until it expires.
     */
    @Test
    void aMachineThatCrashedDoesNotStayDown() {
        assertThat(restartsAfter(BotRunner.ANOTHER_IS_ACTIVE)).isTrue();
    }

    @Test
    void whatFailedIsStartedAgainAndWhatWasStoppedIsNot() {
        assertThat(restartsAfter(BotRunner.FAILED)).isTrue();
        assertThat(restartsAfter(BotRunner.STOPPED)).isFalse();
        assertThat(restartsAfter(SIGTERM_OF_THE_JVM)).isFalse();
    }
}
