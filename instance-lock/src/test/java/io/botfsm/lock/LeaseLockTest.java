package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.ManualClock;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LeaseLockTest {
    /** So long that nothing expires while a test runs. */
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final Duration SHORT = Duration.ofMillis(300);

    private final MemoryLeaseStore memory = new MemoryLeaseStore();
    private final TroubledStore store = new TroubledStore(memory);
    private final List<LockEvent> events = new CopyOnWriteArrayList<>();
    private final InstanceLock lock = lock(LONG);
    private final InstanceLock other = lock(LONG);

    private InstanceLock lock(Duration ttl) {
        return InstanceLock.builder(store, "bot").ttl(ttl).listener(events::add).build();
    }

    @AfterEach
    void close() {
        lock.close();
        other.close();
    }

    @Nested
    class TryAcquire {
        @Test
        void takesAFreeLock() {
            Lease lease = lock.tryAcquire().orThrow();

            assertThat(lease.isHeld()).isTrue();
            assertThat(lease.fencingToken()).isPositive();
            assertThat(lease.holder().pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(lease.holder().remaining())
                    .isBetween(LONG.multipliedBy(9).dividedBy(10), LONG);
        }

        @Test
        void tellsWhoHasIt() {
            Lease lease = lock.tryAcquire().orThrow();

            AcquireResult attempt = other.tryAcquire();

            assertThat(attempt).isInstanceOf(AcquireResult.HeldBy.class);
            LockHolder holder = ((AcquireResult.HeldBy) attempt).holder();
            assertThat(holder)
                    .usingRecursiveComparison()
                    .ignoringFields("remaining")
                    .isEqualTo(lease.holder());
            assertThat(holder.remaining()).isBetween(LONG.dividedBy(2), LONG);
            assertThat(other.holder().map(LockHolder::ownerId)).contains(holder.ownerId());
            assertThatThrownBy(attempt::orThrow)
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining(String.valueOf(holder.pid()))
                    .hasMessageContaining(holder.host());
        }

        @Test
        void isOneRoundTrip() {
            var unused = lock.tryAcquire();

            assertThat(store.calls()).containsExactly("acquire");
        }

        @Test
        void doesNotTakeItTwice() {
            Lease lease = lock.tryAcquire().orThrow();

            assertThat(lock.tryAcquire()).isInstanceOf(AcquireResult.HeldBy.class);
            assertThat(lease.isHeld()).isTrue();
        }

        @Test
        void takesItAgainAfterRelease() {
            Lease first = lock.tryAcquire().orThrow();
            first.close();
            Lease second = lock.tryAcquire().orThrow();

            assertThat(first.isHeld()).isFalse();
            assertThat(second.isHeld()).isTrue();
            assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
        }

        @Test
        void failsWhenTheStoreFails() {
            store.fail("out of order");

            assertThatThrownBy(lock::tryAcquire)
                    .isInstanceOf(LockUnavailableException.class)
                    .hasMessageContaining("bot")
                    .hasMessageContaining("out of order");
        }

        @Test
        void undoesWhatComesTooLate() {
            try (InstanceLock hasty = lock(SHORT)) {
                store.holdBackAnswers();
                assertThatThrownBy(hasty::tryAcquire)
                        .isInstanceOf(LockUnavailableException.class)
                        .hasMessageContaining("did not answer");
                store.letAnswersGo();

                await().until(() ->
                        memory.read("bot").toCompletableFuture().join().claim().isEmpty());
            }
        }

        @Test
        void failsWhenInterruptedAndHoldsNothing() throws Exception {
            store.holdBackAnswers();
            BlockingQueue<Boolean> flags = new LinkedBlockingQueue<>();
            FutureTask<AcquireResult> attempt = new FutureTask<>(() -> {
                try {
                    return lock.tryAcquire();
                } finally {
                    flags.add(Thread.currentThread().isInterrupted());
                }
            });
            Thread thread = new Thread(attempt);
            thread.start();
            await().until(() -> store.calls().contains("acquire"));
            thread.interrupt();

            assertThatThrownBy(attempt::get).hasCauseInstanceOf(InterruptedLockException.class);
            assertThat(flags.take()).isTrue();
            store.letAnswersGo();
            await().until(() -> lock.holder().isEmpty());
        }

        @Test
        void failsWhenClosed() {
            lock.close();
            assertThatThrownBy(lock::tryAcquire)
                    .isInstanceOf(LockClosedException.class)
                    .hasMessageContaining("bot");
            assertThatThrownBy(lock::holder).isInstanceOf(LockClosedException.class);
            assertThatThrownBy(lock::forceRelease).isInstanceOf(LockClosedException.class);
            assertThatThrownBy(() -> lock.acquire(LONG)).isInstanceOf(LockClosedException.class);
        }
    }

    @Nested
    class Standby {
        @Test
        void takesOverWhenReleased() throws Exception {
            Lease first = lock.tryAcquire().orThrow();
            CompletableFuture<Lease> second = CompletableFuture.supplyAsync(() -> acquired(other));
            await().until(() -> store.calls().contains("subscribe"));
            first.close(); // the lease would last for minutes

            assertThat(second.get(10, TimeUnit.SECONDS).isHeld()).isTrue();
            await().untilAsserted(() -> assertThat(events)
                    .filteredOn(LockEvent.Activated.class::isInstance)
                    .map(event -> ((LockEvent.Activated) event).isTakeover())
                    .containsExactly(false, true));
        }

        private Lease acquired(InstanceLock waiting) {
            try {
                return waiting.acquire(LONG).orThrow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        void takesOverWhenTheHolderIsGone() throws Exception {
            var unused = memory.acquire(TroubledStore.request("bot", Duration.ofMillis(200)));

            assertThat(lock.acquire(LONG).orThrow().isHeld()).isTrue();
        }

        @Test
        void endsWithWhoHasIt() throws Exception {
            Lease lease = lock.tryAcquire().orThrow();

            AcquireResult attempt = other.acquire(Duration.ofMillis(50));

            assertThat(((AcquireResult.HeldBy) attempt).holder().ownerId())
                    .isEqualTo(lease.holder().ownerId());
            assertThat(store.subscriptions()).isZero();
        }

        @Test
        void outlivesAStoreThatFails() throws Exception {
            try (InstanceLock patient = lock(Duration.ofSeconds(3))) {
                store.fail("down");
                CompletableFuture<Lease> lease = CompletableFuture.supplyAsync(() -> acquired(patient));
                await().until(() -> store.calls().contains("acquire"));
                store.work();

                assertThat(lease.get(40, TimeUnit.SECONDS).isHeld()).isTrue();
            }
        }

        @Test
        void failsWhenTheStoreFailsToTheEnd() {
            store.fail("down");

            assertThatThrownBy(() -> lock.acquire(Duration.ofMillis(50)))
                    .isInstanceOf(LockUnavailableException.class)
                    .hasMessageContaining("down");
        }

        @Test
        void failsAtOnceWhenWaitingIsOfNoUse() {
            memory.close();

            assertThatThrownBy(() -> lock.acquire(LONG)).isInstanceOf(LockUnavailableException.class);
        }

        @Test
        void endsWhenInterrupted() throws Exception {
            Lease lease = lock.tryAcquire().orThrow();
            FutureTask<AcquireResult> attempt = new FutureTask<>(() -> other.acquire(LONG));
            Thread thread = new Thread(attempt);
            thread.start();
            await().until(() -> store.calls().contains("subscribe"));
            thread.interrupt();

            assertThatThrownBy(attempt::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            lease.close();
            assertThat(other.holder()).isEmpty();
            assertThat(store.subscriptions()).isZero();
        }

        @Test
        void beginsNothingMoreWhenTheLockIsClosed() {
            store.holdBackAnswers();
            CompletableFuture<Lease> attempt = CompletableFuture.supplyAsync(() -> acquired(other));
            await().until(() -> store.calls().contains("acquire"));
            other.close();

            assertThatThrownBy(attempt::join).hasCauseInstanceOf(LockClosedException.class);
            assertThat(store.calls()).containsOnlyOnce("acquire").doesNotContain("subscribe");
            store.letAnswersGo();
        }

        @Test
        void endsWhenTheLockIsClosed() {
            var unused = lock.tryAcquire().orThrow();
            CompletableFuture<Lease> attempt = CompletableFuture.supplyAsync(() -> acquired(other));
            await().until(() -> store.calls().contains("subscribe"));
            other.close();

            assertThatThrownBy(attempt::join).hasCauseInstanceOf(LockClosedException.class);
        }

        @Test
        void refusesANegativeWait() {
            assertThatThrownBy(() -> lock.acquire(Duration.ofSeconds(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PT-1S");
        }
    }

    @Nested
    class TheLease {
        @Test
        void isRenewed() {
            try (InstanceLock busy = lock(SHORT)) {
                Lease lease = busy.tryAcquire().orThrow();
                await().until(() ->
                        store.calls().stream().filter("renew"::equals).count() > 10);

                assertThat(lease.isHeld()).isTrue();
            }
        }

        @Test
        void isLostWhenItCannotBeRenewed() throws Exception {
            try (InstanceLock busy = lock(SHORT)) {
                Lease lease = busy.tryAcquire().orThrow();
                BlockingQueue<Object> notified = new LinkedBlockingQueue<>();
                lease.onExpiring(() -> notified.add("expiring"));
                store.fail("down");
                lease.onLost(notified::add);

                assertThat(notified.take()).isEqualTo("expiring");
                assertThat(notified.take()).isEqualTo(LossReason.EXPIRED);
                assertThat(lease.isHeld()).isFalse();
                await().untilAsserted(() -> assertThat(events)
                        .map(LockEvent::getClass)
                        .map(Class::getSimpleName)
                        .containsExactly("Activated", "Degraded", "Expiring", "Lost"));
                lease.onLost(notified::add);
                assertThat(notified.take()).isEqualTo(LossReason.EXPIRED);
                lease.close();
                assertThat(notified).isEmpty();
            }
        }

        @Test
        void outlivesAFailedRenewal() {
            try (InstanceLock busy = lock(Duration.ofSeconds(1))) {
                Lease lease = busy.tryAcquire().orThrow();
                store.fail("down");
                await().until(() -> events.stream().anyMatch(LockEvent.Degraded.class::isInstance));
                store.work();
                await().until(() -> events.stream().anyMatch(LockEvent.RenewedLate.class::isInstance));

                assertThat(lease.isHeld()).isTrue();
            }
        }

        @Test
        void isLostToAnOperator() throws Exception {
            try (InstanceLock busy = lock(SHORT)) {
                Lease lease = busy.tryAcquire().orThrow();
                BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
                lease.onLost(reasons::add);
                other.forceRelease();

                assertThat(reasons.take()).isEqualTo(LossReason.FORCED);
                assertThat(other.tryAcquire().orThrow().fencingToken()).isGreaterThan(lease.fencingToken());
            }
        }

        @Test
        void isLostWhenItsTokenIsRefused() throws Exception {
            Lease lease = lock.tryAcquire().orThrow();
            BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
            lease.onLost(reasons::add);
            lease.fenced(lease.fencingToken());
            assertThat(lease.isHeld()).isTrue();
            long seen = lease.fencingToken() + 1_000_000_000_000L;
            lease.fenced(seen);

            assertThat(reasons.take()).isEqualTo(LossReason.FENCED);
            assertThat(lease.isHeld()).isFalse();
            assertThat(lock.tryAcquire().orThrow().fencingToken())
                    .as("its own claim does not keep it out")
                    .isEqualTo(seen + 1);
        }

        /** What one instance has learned also applies to the next one, even in another process. */
        @Test
        void leavesInTheStoreWhatItsTokenWasRefusedFor() {
            Lease lease = lock.tryAcquire().orThrow();
            long seen = lease.fencingToken() + Duration.ofHours(1).toMillis() * 1_000;
            lease.fenced(seen);
            lock.close();
            other.forceRelease();

            assertThat(other.tryAcquire().orThrow().fencingToken()).isGreaterThan(seen);
        }

        @Test
        void waitsWhenClosedUntilTheStoreKnowsWhatItsTokenWasRefusedFor() throws Exception {
            Lease lease = lock.tryAcquire().orThrow();
            store.holdBackAnswers();
            lease.fenced(lease.fencingToken() + 1);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(lease::close);
            assertThat(closed).isNotDone();
            store.letAnswersGo();

            closed.get(20, TimeUnit.SECONDS);
        }

        @Test
        void waitsAlsoWhenClosedBeforeTheStoreIsAsked() throws Exception {
            Lease lease = lock.tryAcquire().orThrow();
            CompletableFuture<Void> closed = new CompletableFuture<>();
            CompletableFuture<Boolean> closedEarly = new CompletableFuture<>();
            lease.onLost(reason -> {
                lease.close();
                closed.complete(null);
            });
            store.beforeRenew(() -> {
                try {
                    closed.get(200, TimeUnit.MILLISECONDS);
                    closedEarly.complete(true);
                } catch (TimeoutException e) {
                    closedEarly.complete(false);
                } catch (InterruptedException | ExecutionException e) {
                    closedEarly.completeExceptionally(e);
                }
            });
            lease.fenced(lease.fencingToken() + 1);

            assertThat(closedEarly.join()).isFalse();
            closed.get(20, TimeUnit.SECONDS);
        }

        @Test
        void isNotProlongedByWhatItsTokenWasRefusedFor() {
            ManualClock clock = new ManualClock(0, 0);
            MemoryLeaseStore timed = new MemoryLeaseStore(clock);
            try (InstanceLock stuck =
                    InstanceLock.builder(timed, "bot").ttl(LONG).clock(clock).build()) {
                Lease lease = stuck.tryAcquire().orThrow();
                clock.advance(LONG.dividedBy(4));
                lease.fenced(lease.fencingToken() + 1);

                assertThat(stuck.holder().orElseThrow().remaining())
                        .isLessThanOrEqualTo(LONG.multipliedBy(3).dividedBy(4));
            }
        }

        @Test
        void isKeptWhenItsTokenIsRefusedForOneThatNoLeaseCanHaveHad() throws Exception {
            Lease lease = lock.tryAcquire().orThrow();
            long seen = LeaseRequest.MAX_FENCING_TOKEN;
            lease.fenced(seen);

            assertThat(lease.isHeld()).isTrue();
            await().untilAsserted(() ->
                    assertThat(events).contains(new LockEvent.ImplausibleToken("bot", lease.fencingToken(), seen)));
            lease.close();
            assertThat(lock.tryAcquire().orThrow().fencingToken())
                    .isLessThan(lease.fencingToken() + Duration.ofHours(1).toMillis() * 1_000);
        }

        /** The monotonic clock stood still, too briefly for the time of day to prove it, and runs 1 % slow. */
        @ParameterizedTest
        @ValueSource(ints = {100, 110, 200, 300, 500, 800, 1_000, 1_800, 2_000, 30_000})
        void isNotHeldBesideAnotherAfterASuspensionTooShortToBeSeen(int ttl) {
            for (int suspended : new int[] {1, 5, 9, 10, 11, 12, 25, 151, 152}) {
                ManualClock clock = new ManualClock(0, 0);
                ManualClock clockOfStore = new ManualClock(0, 0);
                MemoryLeaseStore timed = new MemoryLeaseStore(clockOfStore);
                InstanceLock.Builder settings =
                        InstanceLock.builder(timed, "bot").ttl(Duration.ofMillis(ttl));
                try (InstanceLock asleep = settings.clock(clock).build();
                        InstanceLock awake = settings.clock(clockOfStore).build()) {
                    Lease lease = asleep.tryAcquire().orThrow();
                    clock.setForward(Duration.ofMillis(suspended));
                    clockOfStore.advance(Duration.ofMillis(suspended));
                    Duration rest = Duration.ofMillis(Math.max(0, ttl - suspended));
                    clock.advance(rest.minus(rest.dividedBy(100)));
                    clockOfStore.advance(rest);

                    assertThat(awake.tryAcquire()).isInstanceOf(AcquireResult.Acquired.class);
                    assertThat(lease.isHeld())
                            .as("beside another, after %d ms", suspended)
                            .isFalse();
                }
            }
        }

        /** As if a virtual machine were paused: no clock of the instance shows it, but the store does. */
        @Test
        void isLostAtItsNextRenewalAfterAPauseOfAllClocks() throws Exception {
            ManualClock clockOfStore = new ManualClock(LeaseClock.system());
            MemoryLeaseStore timed = new MemoryLeaseStore(clockOfStore);
            try (InstanceLock paused = InstanceLock.builder(timed, "bot")
                            .ttl(Duration.ofSeconds(3))
                            .build();
                    InstanceLock awake = InstanceLock.builder(timed, "bot").build()) {
                Lease lease = paused.tryAcquire().orThrow();
                BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
                lease.onLost(reasons::add);
                clockOfStore.advance(Duration.ofMinutes(1));
                Lease next = awake.tryAcquire().orThrow();

                assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
                assertThat(reasons.poll(20, TimeUnit.SECONDS)).isEqualTo(LossReason.TAKEN);
                assertThat(lease.isHeld()).isFalse();
                assertThat(next.isHeld()).isTrue();
            }
        }

        @Test
        void isNotHeldOnceItsTimeIsOverWhateverTheThreadsDo() {
            ManualClock clock = new ManualClock(0, 0);
            InstanceLock stuck =
                    InstanceLock.builder(store, "bot").ttl(LONG).clock(clock).build(); // its timers wait in real time
            Lease lease = stuck.tryAcquire().orThrow();
            clock.advance(LONG.multipliedBy(98).dividedBy(100));
            assertThat(lease.isHeld()).isTrue();
            clock.advance(LONG.multipliedBy(2).dividedBy(100));

            assertThat(lease.isHeld()).isFalse();
            stuck.close();
        }

        @Test
        void isNotHeldAfterASuspensionUntilItIsRenewed() {
            ManualClock clock = new ManualClock(0, 0);
            try (InstanceLock suspended = InstanceLock.builder(store, "bot")
                    .ttl(LONG)
                    .clock(clock)
                    .listener(events::add)
                    .build()) {
                Lease lease = suspended.tryAcquire().orThrow();
                store.holdBackAnswers();
                clock.setForward(Duration.ofSeconds(10));
                assertThat(lease.isHeld()).isFalse();
                assertThat(lease.isHeld()).isFalse();
                store.letAnswersGo();

                await().until(lease::isHeld);
                await().untilAsserted(() -> assertThat(events)
                        .containsSubsequence(
                                new LockEvent.ClockJumped("bot", lease.fencingToken(), Duration.ofSeconds(10)),
                                new LockEvent.RenewedLate("bot", lease.fencingToken(), 0)));
            }
        }

        /** The answer to a request that was sent before the clock jumped says nothing about the time after it. */
        @Test
        void isRenewedAgainIfTheClockJumpedBeforeTheAnswer() {
            ManualClock clock = new ManualClock(0, 0);
            try (InstanceLock suspended = InstanceLock.builder(store, "bot")
                    .ttl(LONG)
                    .clock(clock)
                    .listener(events::add)
                    .build()) {
                Lease lease = suspended.tryAcquire().orThrow();
                store.holdBackAnswers();
                clock.setForward(Duration.ofSeconds(10));
                assertThat(lease.isHeld()).isFalse();
                awaitRenewals(1);
                clock.setForward(Duration.ofSeconds(10));
                store.letAnswersGo();

                awaitRenewals(2); // though nobody asks whether it is held
                await().until(lease::isHeld);
                await().untilAsserted(() ->
                        assertThat(events).last().isEqualTo(new LockEvent.RenewedLate("bot", lease.fencingToken(), 0)));
                assertThat(events)
                        .map(event -> event.getClass().getSimpleName())
                        .containsExactly("Activated", "ClockJumped", "RenewedLate");
            }
        }

        /** {@code isHeld} is called while the answer to a request that was sent after the jump is being processed. */
        @Test
        void isNotDoubtedOnceARenewalAfterTheJumpIsConfirmed() throws Exception {
            ManualClock clock = new ManualClock(0, 0);
            Thread answer = new Thread(store::letAnswersGo);
            CompletableFuture<Void> goOn = new CompletableFuture<>();
            LeaseClock stopping = new LeaseClock() {
                @Override
                public long nanoTime() {
                    if (Thread.currentThread() == answer) {
                        goOn.join();
                    }
                    return clock.nanoTime();
                }

                @Override
                public long wallMillis() {
                    return clock.wallMillis();
                }
            };
            try (InstanceLock suspended = InstanceLock.builder(store, "bot")
                    .ttl(LONG)
                    .renewEvery(Duration.ofMillis(100))
                    .clock(stopping)
                    .listener(events::add)
                    .build()) {
                Lease lease = suspended.tryAcquire().orThrow();
                store.holdBackAnswers();
                clock.setForward(Duration.ofSeconds(10));
                clock.advance(Duration.ofSeconds(1));
                awaitRenewals(1);
                answer.start();
                await().until(() -> answer.getState() == Thread.State.WAITING);
                Thread asking = new Thread(lease::isHeld);
                asking.start();
                await().until(() -> asking.getState() == Thread.State.BLOCKED);
                goOn.complete(null);
                answer.join();
                asking.join();

                assertThat(lease.isHeld()).isTrue();
                lease.close();
            }
            await().untilAsserted(() -> assertThat(events)
                    .map(event -> event.getClass().getSimpleName())
                    .containsExactly("Activated", "Released"));
        }

        private void awaitRenewals(int count) {
            await().untilAsserted(() ->
                    assertThat(store.calls()).filteredOn("renew"::equals).hasSize(count));
        }

        @Test
        void isReleasedOnce() {
            Lease lease = lock.tryAcquire().orThrow();
            lease.close();
            lease.close();
            lock.close();

            assertThat(store.calls()).filteredOn("release"::equals).hasSize(1);
            assertThat(other.holder()).isEmpty();
        }

        @Test
        void isNotHeldBeforeTheStoreIsTold() {
            Lease lease = lock.tryAcquire().orThrow();
            List<Boolean> held = new CopyOnWriteArrayList<>();
            store.beforeRelease(() -> held.add(lease.isHeld()));
            lease.close();

            assertThat(held).containsExactly(false);
        }

        @Test
        void isGivenUpWhenTheStoreDoesNotAnswer() {
            try (InstanceLock busy = lock(SHORT)) {
                Lease lease = busy.tryAcquire().orThrow();
                store.fail("down");
                lease.close();

                assertThat(lease.isHeld()).isFalse();
                await().untilAsserted(() ->
                        assertThat(events).contains(new LockEvent.Released("bot", lease.fencingToken(), false)));
            }
        }
    }

    /** The release is executed, but its answer is lost; the store answers the next one that it has no such lease. */
    @Test
    void aReleaseWhoseFirstAnswerIsLostIsConfirmedByTheNext() {
        try (InstanceLock busy = lock(Duration.ofSeconds(6))) {
            Lease lease = busy.tryAcquire().orThrow();
            store.loseNextReleasesAnswer();
            lease.close();

            await().untilAsserted(() ->
                    assertThat(events).contains(new LockEvent.Released("bot", lease.fencingToken(), true)));
            assertThat(store.calls()).filteredOn("release"::equals).hasSize(2);
        }
    }

    @Nested
    class Callbacks {
        @Test
        void mayBlockWithoutHarm() throws Exception {
            CountDownLatch never = new CountDownLatch(1);
            try (InstanceLock busy = InstanceLock.builder(store, "bot")
                    .ttl(SHORT)
                    .listener(event -> await().until(() -> never.getCount() == 0))
                    .build()) {
                Lease lease = busy.tryAcquire().orThrow();
                lease.onLost(reason -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
                lease.onLost(reasons::add);
                lease.onLost(reason -> {
                    throw new IllegalStateException("a callback with a bug");
                });
                lease.onLost(reasons::add);
                other.forceRelease();

                assertThat(reasons.take()).isEqualTo(LossReason.FORCED);
                assertThat(reasons.take()).isEqualTo(LossReason.FORCED);
                assertThat(busy.tryAcquire().orThrow().isHeld()).isTrue();
            } finally {
                never.countDown();
            }
        }

        @Test
        void areNotMadeForARelease() {
            Lease lease = lock.tryAcquire().orThrow();
            List<Object> notified = new CopyOnWriteArrayList<>();
            lease.onLost(notified::add);
            lease.onExpiring(() -> notified.add("expiring"));
            lease.close();
            lock.close();

            assertThat(notified).isEmpty();
        }
    }

    @Test
    void aLockThatDoesNotExpireIsReported() throws Exception {
        var unused = memory.acquire(TroubledStore.request("bot", LONG));
        store.reportNoExpiry();

        assertThat(lock.acquire(Duration.ofMillis(100))).isInstanceOf(AcquireResult.HeldBy.class);
        await().until(() -> events.stream().anyMatch(LockEvent.HeldForever.class::isInstance));
    }

    @Test
    void aGrantWaitsForHoldersThatTheStoreMayHaveForgotten() {
        store.rememberNothing();
        try (InstanceLock careful = lock(SHORT)) {
            long begun = System.nanoTime();
            Lease lease = careful.tryAcquire().orThrow();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(SHORT);
            assertThat(lease.isHeld()).isTrue();
            await().untilAsserted(() -> assertThat(events)
                    .map(event -> event.getClass().getSimpleName())
                    .containsSequence("Quarantined", "Activated"));
        }
    }

    @Test
    void leavesNoThreadBehind() {
        for (int i = 0; i < 200; i++) {
            try (InstanceLock one =
                    InstanceLock.builder(store, "many").ttl(SHORT).build()) {
                var unused = one.tryAcquire().orThrow();
            }
        }

        await().untilAsserted(() -> assertThat(lockThreads("many")).isEmpty());
        assertThat(store.subscriptions()).isZero();
    }

    private static Set<String> lockThreads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(thread -> thread.startsWith("lock-") && thread.endsWith(name))
                .collect(java.util.stream.Collectors.toSet());
    }

    @Nested
    class TheBuilder {
        @Test
        void refusesWhatIsOutOfRange() {
            refused(InstanceLock.builder(store, "bot").ttl(Duration.ofMillis(99)), "PT0.099S");
            refused(InstanceLock.builder(store, "bot").ttl(Duration.ofDays(2)), "PT48H");
            refused(InstanceLock.builder(store, "bot").renewEvery(Duration.ZERO), "renewEvery");
            refused(InstanceLock.builder(store, "bot").requestTimeout(Duration.ofSeconds(-1)), "requestTimeout");
            refused(InstanceLock.builder(store, "bot").stopMargin(Duration.ZERO), "stopMargin");
            assertThatThrownBy(() -> InstanceLock.builder(store, "")).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void refusesToLoseTheLeaseByOneFailedRenewal() {
            refused(InstanceLock.builder(store, "bot").renewEvery(Duration.ofSeconds(15)), "a single failed renewal");
            refused(InstanceLock.builder(store, "bot").requestTimeout(Duration.ofSeconds(10)), "PT10S");
            refused(InstanceLock.builder(store, "bot").stopMargin(Duration.ofSeconds(15)), "stopMargin of PT15S");
        }

        private void refused(InstanceLock.Builder builder, String why) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(why);
        }
    }
}
