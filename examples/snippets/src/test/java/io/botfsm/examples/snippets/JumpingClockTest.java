package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.lock.store.Renewal;
import io.botfsm.redis.testkit.ForwardingLeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of the page on the instance lock, with a clock that is set forward by 200 ms. */
@Timeout(60)
class JumpingClockTest {
    private static final Duration JUMP = Duration.ofMillis(200);

    /** Holds back responses to renewals, so that the moment lasts as long as a test needs. */
    private static final class SlowStore extends ForwardingLeaseStore {
        private final CompletableFuture<Void> renewals = new CompletableFuture<>();

        SlowStore() {
            super(new MemoryLeaseStore());
        }

        @Override
        public CompletionStage<Renewal> renew(LeaseRequest request) {
            return renewals.thenCompose(now -> super.renew(request));
        }
    }

    private final SlowStore store = new SlowStore();
    private final ManualClock clock = new ManualClock(LeaseClock.system());
    private final List<LockEvent> events = new CopyOnWriteArrayList<>();
    private final InstanceLock.Builder settings =
            InstanceLock.builder(store, "orders-bot").clock(clock).listener(events::add);
    private final InstanceLock lock = settings.build();
    private final Lease lease = lock.tryAcquire().orThrow();

    @AfterEach
    void close() {
        store.renewals.complete(null);
        lock.close();
    }

    private void jump() {
        clock.setForward(JUMP);
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void itIsReportedAndPasses() {
        jump();
        store.renewals.complete(null);

        Awaitility.await().until(lease::isHeld);
        Awaitility.await()
                .untilAsserted(() -> assertThat(events)
                        .map(event -> event.getClass().getSimpleName())
                        .containsExactly("Activated", "ClockJumped", "RenewedLate"));
    }

    @Test
    void theLoopGoesOn() {
        AtomicInteger turns = new AtomicInteger();
        CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> {
            try {
                return RunUnderLockTest.workAsLongAsActive(lease, () -> {
                    if (turns.incrementAndGet() == 1) {
                        jump();
                    } else {
                        assertThat(lease.isHeld()).isTrue();
                    }
                    return turns.get() < 3;
                });
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> turns.get() == 1 && !lease.isHeld());
        assertThat(done).isNotDone();
        store.renewals.complete(null);

        assertThat(done).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
        assertThat(turns).hasValue(3);
    }

    @Test
    void theLoopEndsWhenTheLeaseIsLost() {
        CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> {
            try {
                return RunUnderLockTest.workAsLongAsActive(lease, () -> true);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        lease.fenced(lease.fencingToken() + 1);

        assertThat(done).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(false);
    }

    @Test
    void theBotHandlesWhatItHasPolledAndConfirmsNothingElse() throws Exception {
        BlockingQueue<List<String>> updates = new LinkedBlockingQueue<>();
        BlockingQueue<String> happened = new LinkedBlockingQueue<>();
        PollingBot bot = new PollingBot(
                lease,
                () -> {
                    happened.add("poll");
                    List<String> polled = updates.take();
                    if (polled.contains("first")) {
                        jump();
                    }
                    return polled;
                },
                update -> {
                    assertThat(lease.isHeld()).isTrue();
                    happened.add(update);
                });
        updates.add(List.of("first"));
        Awaitility.await().until(() -> happened.size() == 1 && updates.isEmpty() && !lease.isHeld());
        store.renewals.complete(null);
        assertThat(happened.take()).isEqualTo("poll");
        assertThat(happened.take()).as("before the next poll confirms it").isEqualTo("first");
        assertThat(happened.take()).isEqualTo("poll");
        bot.stopPolling();
        bot.drain(Duration.ofSeconds(10));
    }

    /** The next poll would confirm the update. */
    @Test
    void theBotWhoseHandlerFailsPollsNoMore() throws Exception {
        AtomicInteger polls = new AtomicInteger();
        PollingBot bot = new PollingBot(
                lease,
                () -> {
                    polls.incrementAndGet();
                    return List.of("bad", "good");
                },
                update -> {
                    if (update.equals("bad")) {
                        throw new NoClassDefFoundError("a library of the handler's");
                    }
                });
        assertThat(bot.ended().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(NoClassDefFoundError.class);
        bot.stopPolling();
        bot.drain(Duration.ofSeconds(10));
        assertThat(polls).hasValue(1);
    }

    /** An update that was polled and not handled is left to the next instance, since nothing confirms it. */
    @Test
    void theBotThatIsStoppedMeanwhileConfirmsNothing() throws Exception {
        AtomicInteger polls = new AtomicInteger();
        BlockingQueue<String> handled = new LinkedBlockingQueue<>();
        PollingBot bot = new PollingBot(
                lease,
                () -> {
                    polls.incrementAndGet();
                    jump();
                    return List.of("update");
                },
                handled::add);
        Awaitility.await().until(() -> polls.get() == 1 && !lease.isHeld());
        bot.stopPolling();
        bot.drain(Duration.ofSeconds(10));

        assertThat(polls).hasValue(1);
        assertThat(handled).isEmpty();
    }
}
