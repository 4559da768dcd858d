package io.botfsm.integration.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clock of the lease store was set back while a conversation was idle, so that its tokens start lower. */
@Timeout(60)
class SetBackClockTest {
    private static final StorageKey KEY = StorageKey.bot("bot").chat(1).user(2).build();

    private final ManualClock clockOfStore =
            new ManualClock(0, Duration.ofDays(20_000).toMillis());
    private final Fsm fsm = Fsm.of(new MemoryStateStorage());

    private String handle(EventIsolation isolation, long event) throws Exception {
        return isolation
                .submit(KEY, lease -> {
                    Fsm fenced = fsm.fencedBy(lease.fencingToken().orElseThrow());
                    var unused = fenced.handle(KEY, event, turn -> turn.state("event " + event));
                    return fenced.context(KEY).state().orElseThrow();
                })
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void oneEventIsRefusedAndAppliedWhenItIsDeliveredAgain() throws Exception {
        try (MemoryLeaseStore leases = new MemoryLeaseStore(clockOfStore);
                EventIsolation isolation = EventIsolation.of(leases)) {
            assertThat(handle(isolation, 1)).isEqualTo("event 1");
            clockOfStore.advance(Duration.ofMinutes(61)); // the conversation's fence is forgotten
            clockOfStore.setForward(Duration.ofHours(-2));

            assertThatThrownBy(() -> handle(isolation, 2)).hasCauseInstanceOf(FencedException.class);
            assertThat(handle(isolation, 2)).isEqualTo("event 2");
            assertThat(handle(isolation, 3)).isEqualTo("event 3");
        }
    }
}
