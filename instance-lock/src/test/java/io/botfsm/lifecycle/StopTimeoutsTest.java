package io.botfsm.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTimeoutsTest {
    /** The timeouts on the deployment page, after which systemd and Kubernetes kill the process. */
    @ParameterizedTest
    @ValueSource(strings = {"TimeoutStopSec=", "terminationGracePeriodSeconds: "})
    void supervisorsWaitForTheWholeStop(String setting) throws IOException {
        Matcher seconds = Pattern.compile(setting + "(\\d+)\n")
                .matcher(Files.readString(Path.of("..", "docs", "operate", "deployment.md")));
        assertThat(seconds.find()).isTrue();
        assertThat(Duration.ofSeconds(Long.parseLong(seconds.group(1))))
                .isGreaterThan(StopTimeouts.DEFAULT.longestStop());
    }
}
