package io.botfsm.redis.spi;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReconnectingPortTest {
    private static final List<byte[]> WAIT = List.of("WAIT".getBytes(US_ASCII), new byte[] {'1'}, new byte[] {'0'});

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger opened = new AtomicInteger();

    private ReconnectingPort port() {
        ServerTarget target = new ServerTarget(
                "test",
                RoleCheck.ALWAYS,
                port -> CompletableFuture.completedFuture(null),
                null, // nobody subscribes
                () -> {},
                () -> {});
        AtomicInteger count = opened;
        return new ReconnectingPort(
                target,
                null,
                () -> {
                    count.incrementAndGet();
                    return new CompletableFuture<>();
                },
                scheduler,
                Duration.ofSeconds(1));
    }

    @AfterEach
    void stop() {
        scheduler.shutdownNow();
    }

    /**
     * Nodes of a cluster come and go during the life of a storage, which keeps the scripts of a node for as long as the
     * node exists.
     */
    @Test
    void isNotKeptByItsScripts() {
        ReconnectingPort port = port();
        FollowedScripts scripts = port.followedBy(WAIT);
        WeakReference<ReconnectingPort> left = new WeakReference<>(port);
        port.close();
        port = null;

        await().until(() -> {
            System.gc();
            return left.get() == null;
        });
        scripts.close();
    }

    @Test
    void opensNothingOnceItIsClosed() {
        ReconnectingPort port = port();
        port.close();
        int before = opened.get();
        FollowedScripts scripts = port.followedBy(WAIT);

        assertThat(opened).hasValue(before);
        assertThat(scripts.evalsha("0", List.of(), List.of()))
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(RedisPortException.class);
    }
}
