package io.botfsm.redis.lettuce;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.spi.RedisPortException;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LettuceClientTest {
    private final LettuceClient client = LettuceClient.own(RedisURI.create("redis://localhost"), Duration.ofMinutes(1));

    /** Lettuce forgets a command that it is given while its event loops end, which would otherwise hang. */
    @Test
    void commandsThatLettuceForgetsEndWithTheClient() {
        LettuceCommand before = begun();
        client.close();
        LettuceCommand after = begun();

        assertThat(before).isDone();
        assertThat(after).isDone();
        assertThatThrownBy(before::join).hasRootCauseMessage("no answer within PT1M");
        assertThatThrownBy(after::join).hasCauseInstanceOf(RedisPortException.class);
    }

    private LettuceCommand begun() {
        LettuceCommand command = new LettuceCommand(List.of("PING".getBytes(US_ASCII)), why -> {});
        client.begin(command);
        return command;
    }
}
