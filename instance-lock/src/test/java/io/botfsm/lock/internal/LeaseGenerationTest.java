package io.botfsm.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.internal.AcquireAttempt.Outcome.Taken;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseGenerationTest {
    private final LeaseEngine engine = new LeaseEngine(
            new MemoryLeaseStore(),
            TestIdentity.of("owner", () -> "1"),
            LeaseSettings.ofConversations(Duration.ofSeconds(10)),
            new LeaseTimers(new ManualClock(0, 0), (delay, task) -> () -> {}, (delay, task) -> () -> {}, () -> 0.5));
    private final LeaseGeneration lease =
            ((Taken) engine.acquire("bot").result().toCompletableFuture().join()).lease();
    private final List<String> notified = new ArrayList<>();

    private void start() {
        lease.start(new LeaseListener() {
            @Override
            public void activated() {
                notified.add("activated");
            }

            @Override
            public void lost(LossReason reason) {
                notified.add("lost: " + reason);
            }
        });
    }

    /** The store may grant the lease to another part of this process in between. */
    @Test
    void isLostBeforeItIsStarted() {
        lease.lose(LossReason.EXPIRED);
        start();
        lease.lose(LossReason.TAKEN);

        assertThat(notified).containsExactly("lost: EXPIRED");
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void isReleasedBeforeItIsStarted() {
        assertThat(lease.end()).isTrue();
        start();

        assertThat(notified).isEmpty();
        assertThat(lease.isHeld()).isFalse();
    }
}
