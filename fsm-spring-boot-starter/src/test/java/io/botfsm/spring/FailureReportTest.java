package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is printed when an application cannot start as it is configured. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FailureReportTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "storage=mango                         | mango                      | REDIS",
                "ttl=-1s                               | time to live               | Correct the cause that the message names",
                "preflight-types=com.example.Nope      | com.example.Nope           | Update your application's configuration",
                "lock.name=                            | has no name                | Set botfsm.lock.name",
                "lock.ttl=1ms                          | botfsm.lock cannot be used | in botfsm.lock.*",
                "telegram.token=                       | the bot token is empty     | TELEGRAM_BOT_TOKEN",
                "telegram.token=secret42               | botfsm.telegram.token      | BotFather",
                "telegram.server=localhost             | botfsm.telegram.server     | http://localhost:8081",
                "storage=redis --botfsm.redis.uri=x:1  | botfsm.redis.uri           | redis://user:password@host:6379/1",
                "storage=redis --botfsm.redis.uri=redis://localhost:1 --botfsm.redis.timeout=-1s | must be positive | Correct the cause"
            })
    void aWrongPropertyIsNamedWithWhatToDo(
            String properties, String description, String action, CapturedOutput output) {
        SpringApplication app = new SpringApplication(StarterAlone.Configured.class, StarterAlone.OneFlow.class);
        app.setDefaultProperties(Map.of(
                "spring.main.web-application-type", "none",
                "botfsm.storage", "memory",
                "botfsm.exit", "false",
                "botfsm.lock.name", "pizza",
                "botfsm.telegram.token", "7000000003:" + "a".repeat(35)));
        assertThatThrownBy(() -> app.run(("--botfsm." + properties).split(" "))).isNotNull();
        String printed = output.getAll();
        assertThat(printed).contains("APPLICATION FAILED TO START", description).doesNotContain("secret42");
        assertThat(printed.substring(printed.indexOf("Action:"))).contains(action);
    }
}
