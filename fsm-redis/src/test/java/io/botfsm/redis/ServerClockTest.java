package io.botfsm.redis;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerClockTest {
    private static final Duration WRONG = Duration.ofHours(3);

    @Test
    void aMachineWhoseClockIsWrongGoesByTheServers() {
        try (RespConnection connection = RedisServers.shared().connect()) {
            ServerClock ahead = new ServerClock(
                    new SocketPort(connection), () -> Instant.now().plus(WRONG));
            ServerClock behind = new ServerClock(
                    new SocketPort(connection), () -> Instant.now().minus(WRONG));

            assertThat(ahead.instant()).isCloseTo(Instant.now(), within(10, SECONDS));
            assertThat(behind.instant()).isCloseTo(Instant.now(), within(10, SECONDS));
        }
    }

    @Test
    void aServerThatReportsNothingLeavesTheMachinesOwn() {
        try (RespConnection connection = RedisServers.shared().connect()) {
            RedisPort refusing = new SocketPort(connection) {
                @Override
                public CompletionStage<String> info(String section) {
                    return CompletableFuture.failedFuture(new IllegalStateException("no right"));
                }
            };
            Instant own = Instant.EPOCH.plus(WRONG);

            assertThat(new ServerClock(refusing, () -> own).instant()).isEqualTo(own);
        }
    }
}
