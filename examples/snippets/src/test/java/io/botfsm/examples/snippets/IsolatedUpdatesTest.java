package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Updates of one conversation one after another. */
@Timeout(120)
class IsolatedUpdatesTest {
    private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
    private final BlockingQueue<Handled<?>> replies = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<String>> failures = new LinkedBlockingQueue<>();
    private final long updateId = 17;
    private final String text = "Ada";

    private void reply(Handled<?> handled) {
        replies.add(handled);
    }

    private void ended(long update, @Nullable Throwable failure) {
        failures.add(Optional.ofNullable(failure).map(why -> update + ": " + why.getMessage()));
    }

    @Test
    void aFailureIsReportedAndHoldsUpNothing() throws InterruptedException {
        MemoryStateStorage storage = new MemoryStateStorage();
        storage.close();
        inProcess(Fsm.of(storage));
        assertThat(replies).isEmpty();
        assertThat(failures).hasSize(1);
        assertThat(failures.take()).hasValueSatisfying(why -> assertThat(why).startsWith("17: "));
    }

    @Test
    void aFailureAcrossProcessesIsReported() throws InterruptedException {
        MemoryStateStorage storage = new MemoryStateStorage();
        storage.close();
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis redis = LettuceRedis.connect(server.uri(1));
                EventIsolation isolation = across(redis, Fsm.of(storage))) {
            assertThat(isolation.drain(Duration.ofSeconds(30))).isTrue();
            assertThat(failures.poll(30, TimeUnit.SECONDS))
                    .hasValueSatisfying(why -> assertThat(why).startsWith("17: "));
            assertThat(replies).isEmpty();
        }
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
                .thenAccept(handled -> reply(handled)) // before the next update of this conversation is handled
                .whenComplete((done, failure) -> ended(updateId, failure)); // confirm it only if nothing failed
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
                .thenAccept(handled -> reply(handled))
                .whenComplete((done, failure) -> ended(updateId, failure));
        // end
        return isolation;
    }
}
