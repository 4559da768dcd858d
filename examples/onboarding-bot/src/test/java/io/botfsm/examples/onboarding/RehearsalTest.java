package io.botfsm.examples.onboarding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegrambots.BotToken;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rehearsal with the double, whatever is in the environment. */
class RehearsalTest extends Rehearsal {
    private final BotApiDouble telegram = BotApiDouble.start();

    @AfterEach
    void close() {
        telegram.close();
    }

    @Override
    BotToken token() {
        return BotToken.of(telegram.token());
    }

    @Override
    URI server() {
        return telegram.uri();
    }

    @Test
    void theLiveOneSaysThatItIsSkippedWithoutAToken() throws IOException, InterruptedException {
        ProcessBuilder live = new ProcessBuilder("./live").redirectErrorStream(true);
        live.environment().remove(BotToken.VARIABLE);
        Process process = live.start();

        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                .isEqualTo("SKIPPED: TELEGRAM_BOT_TOKEN is not set\n");
        assertThat(process.waitFor()).isEqualTo(77);
    }
}
