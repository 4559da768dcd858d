package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.EventId;
import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Updates of one conversation one after another. */
@Timeout(120)
class IsolatedUpdatesTest {
    private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
    private final BlockingQueue<Handled<?>> replies = new LinkedBlockingQueue<>();
    private final long updateId = 17;
    private final String text = "Ada";

    private void reply(Handled<?> handled) {
        replies.add(handled);
    }

    @Test
    void inOneProcess() throws InterruptedException {
        try (MemoryStateStorage storage = new MemoryStateStorage()) {
            inProcess(Fsm.of(storage));
            assertThat(replies).hasSize(1);
        }
    }

    private void inProcess(Fsm fsm) throws InterruptedException {
        // snippet: isolation-in-process
        EventIsolation isolation = EventIsolation.inProcess(); // once, at start
        isolation
                .submit(key, () -> fsm.handle(key, EventId.of(updateId), turn -> turn.put("name", text)))
                .thenAccept(handled -> reply(handled)); // before the next update of this conversation is handled
        isolation.drain(Duration.ofSeconds(10)); // at the end: takes no more, and waits
        isolation.close();
        // end
    }

    @Test
    void acrossProcesses() throws InterruptedException {
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis redis = LettuceRedis.connect(server.uri(1))) {
            try (EventIsolation isolation = across(redis, Fsm.of(redis.stateStorage()))) {
                assertThat(isolation.drain(Duration.ofSeconds(30))).isTrue();
            }
            assertThat(Fsm.of(redis.stateStorage()).context(key).read().value("name", String.class))
                    .hasValue("Ada");
            assertThat(replies.poll(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private EventIsolation across(BotRedis redis, Fsm fsm) {
        // snippet: isolation-across
        EventIsolation isolation = EventIsolation.builder()
                .leaseStore(redis.leaseStore())
                .acquireTimeout(Duration.ofSeconds(5))
                .build();
        isolation
                .submit(key, lease -> {
                    Fsm fenced = fsm.fencedBy(lease.fencingToken().orElseThrow());
                    return fenced.handle(key, EventId.of(updateId), turn -> turn.put("name", text));
                })
                .thenAccept(handled -> reply(handled));
        // end
        return isolation;
    }
}
