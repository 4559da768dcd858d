package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Even if logging fails, waits for a lock end, and its listeners and callbacks are notified. */
@Timeout(60)
class FailingAppenderTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final TroubledStore store = new TroubledStore(new MemoryLeaseStore());
    private final List<LockEvent> events = new CopyOnWriteArrayList<>();
    private final FailingAppender appender = FailingAppender.of(InstanceLock.class);
    private final InstanceLock lock =
            InstanceLock.builder(store, "bot").ttl(LONG).listener(events::add).build();

    @AfterEach
    void close() {
        appender.close();
        lock.close();
        store.close();
    }

    @Test
    void listenersHearTheEventsThatFollow() {
        lock.tryAcquire().orThrow().close();
        lock.tryAcquire().orThrow().close();

        await().untilAsserted(() -> assertThat(events)
                .map(event -> event.getClass().getSimpleName())
                .containsExactly("Activated", "Released", "Activated", "Released"));
    }

    /** If there is no memory for a thread, all callbacks run on the current one. */
    @Test
    void callbacksAreCalledThatFollowOneThatFails() {
        OneShotEvent<String> event = new OneShotEvent<>(callback -> {
            throw new OutOfMemoryError("no more threads");
        });
        List<String> notified = new CopyOnWriteArrayList<>();
        event.whenFired(what -> {
            throw new IllegalStateException("a bug");
        });
        event.whenFired(notified::add);
        event.fire("lost");

        assertThat(notified).containsExactly("lost");
    }

    @Test
    void aWaitForTheLockEnds() {
        store.fail("down");
        CompletableFuture<AcquireResult> wait = CompletableFuture.supplyAsync(() -> {
            try {
                return lock.acquire(LONG);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(wait)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(StackOverflowError.class);
        assertThat(store.subscriptions()).isZero();
    }
}
