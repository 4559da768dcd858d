package io.botfsm.redis.jedis;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.untilItReads;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.FaultsSuite;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Servers and networks that fail, with a pool of connections. */
final class FaultsTest extends FaultsSuite {
    private static final Duration TIMEOUT = Duration.ofMillis(1_200);

    FaultsTest() {
        super(new JedisInTest(), TIMEOUT);
    }

    /** On a busy machine connecting may take longer than a command. */
    @Override
    protected BotRedis connect(String uri) {
        return Awaitility.await()
                .ignoreException(StorageUnavailableException.class)
                .until(() -> super.connect(uri), opened -> true);
    }

    /** The first write after a restart brings the script along; nothing else is sent twice. */
    @Test
    void afterARestartOneWriteBringsTheScript() {
        try (RespConnection admin = server().connect()) {
            admin.call("EVAL", "for i = 1, 300000 do redis.call('SET', 'filler:' .. i, i) end", "0");
        }
        server().kill();
        server().startAgain();
        untilItReads(storage(), key());

        applied(storage(), key(), set("C"));
        applied(storage(), key(), set("D"));

        try (RespConnection admin = server().connect()) {
            assertThat(admin.calls("eval")).isEqualTo(1);
        }
    }

    @Override
    protected void awaitEnd() {
        proxy().heal();
        Awaitility.await().pollDelay(TIMEOUT).until(() -> true);
    }

    @Test
    @Override
    protected void closingWhileTheServerIsAwayIsQuickAndEndsTheAttempts() {
        super.closingWhileTheServerIsAwayIsQuickAndEndsTheAttempts();
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("fsm-jedis")));
    }
}
