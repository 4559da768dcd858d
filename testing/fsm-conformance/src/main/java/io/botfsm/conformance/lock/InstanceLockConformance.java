package io.botfsm.conformance.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockClosedException;
import io.botfsm.lock.LockHeldException;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Checks an {@link InstanceLock} against the rules I01 to I14 of the specification. Extend this class, implement how to
 * open a lock, and run it as a JUnit 5 test class. Each test is named after its rule.
 *
 * <p>All locks with one name that a test class opens must use the same backend: they are instances of which one is to
 * be active. Every test uses its own name.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InstanceLockConformance {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final List<InstanceLock> opened = new ArrayList<>();
    private String name = "";

    /** For the extending class. */
    protected InstanceLockConformance() {}

    /**
     * Opens a lock. The suite closes it.
     *
     * @param ttl how soon another instance may be active when this one has crashed
     */
    protected abstract InstanceLock open(String name, Duration ttl) throws Exception;

    /** How long the suite waits for what must happen at once; too short for a lock that only polls now and then. */
    Duration timeout() {
        return Duration.ofSeconds(10);
    }

    private InstanceLock open(Duration ttl) {
        if (opened.isEmpty()) {
            name = "conformance-" + UUID.randomUUID();
        }
        try {
            InstanceLock lock = open(name, ttl);
            opened.add(lock);
            return lock;
        } catch (Exception e) {
            throw new AssertionError("the lock could not be opened", e);
        }
    }

    @AfterEach
    void closeLocks() {
        opened.forEach(InstanceLock::close);
        opened.clear();
    }

    private static Lease acquired(InstanceLock lock) {
        return lock.tryAcquire().orThrow();
    }

    private static LockHolder heldBy(AcquireResult attempt) {
        assertThat(attempt).isInstanceOf(AcquireResult.HeldBy.class);
        return ((AcquireResult.HeldBy) attempt).holder();
    }

    private static CompletableFuture<AcquireResult> standingBy(InstanceLock lock, Duration wait) {
        CompletableFuture<AcquireResult> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(lock.acquire(wait));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private void await(String what, BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).as(what).isLessThan(timeout());
            Thread.onSpinWait();
        }
    }

    @Test
    void ruleI01_freeLockIsAcquired() {
        InstanceLock lock = open(LONG);
        assertThat(lock.holder()).isEmpty();
        Lease lease = acquired(lock);
        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.fencingToken()).isPositive();
    }

    @Test
    void ruleI02_heldLockReportsItsHolder() {
        InstanceLock lock = open(LONG);
        InstanceLock other = open(LONG);
        Lease lease = acquired(lock);
        LockHolder holder = heldBy(other.tryAcquire());
        assertThat(holder.ownerId()).isEqualTo(lease.holder().ownerId());
        assertThat(holder.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(holder.host()).isEqualTo(lease.holder().host()).isNotEmpty();
        assertThat(holder.started()).isEqualTo(lease.holder().started());
        assertThat(holder.remaining()).isPositive().isLessThanOrEqualTo(LONG);
        assertThat(other.holder().map(LockHolder::ownerId)).hasValue(holder.ownerId());
        assertThatThrownBy(() -> other.tryAcquire().orThrow())
                .isInstanceOfSatisfying(
                        LockHeldException.class,
                        e -> assertThat(e.holder().ownerId()).isEqualTo(holder.ownerId()));
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void ruleI03_oneAtATime() throws InterruptedException {
        AtomicInteger active = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        AtomicBoolean together = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            InstanceLock lock = open(LONG);
            Thread thread = new Thread(() -> {
                for (int round = 0; round < 200; round++) {
                    if (lock.tryAcquire() instanceof AcquireResult.Acquired acquired) {
                        together.compareAndSet(false, active.incrementAndGet() > 1);
                        turns.incrementAndGet();
                        stay();
                        active.decrementAndGet();
                        acquired.lease().close();
                    }
                }
            });
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(together).as("two were active at once").isFalse();
        assertThat(turns).hasPositiveValue();
    }

    /** Stays long enough for another instance to intrude. */
    private static void stay() {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < 300_000) {
            Thread.onSpinWait();
        }
    }

    @Test
    void ruleI04_tokensRiseAndStay() {
        InstanceLock one = open(SHORT);
        InstanceLock two = open(SHORT);
        List<Lease> leases = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Lease lease = acquired(i % 2 == 0 ? one : two);
            leases.add(lease);
            tokens.add(lease.fencingToken());
            if (i % 3 == 0) {
                two.forceRelease();
                await("the forced lease is noticed", () -> !lease.isHeld());
            } else {
                lease.close();
            }
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        assertThat(leases).as("tokens of ended leases").map(Lease::fencingToken).isEqualTo(tokens);
    }

    @Test
    void ruleI05_closingFreesTheLockAtOnce() {
        InstanceLock one = open(LONG);
        InstanceLock two = open(LONG);
        Lease first = acquired(one);
        first.close();
        assertThat(first.isHeld()).isFalse();
        Lease second = acquired(two);
        first.close();
        assertThat(second.isHeld()).isTrue();
        assertThat(heldBy(one.tryAcquire()).ownerId()).isEqualTo(second.holder().ownerId());
    }

    @Test
    void ruleI06_leaseIsRenewedByItself() throws InterruptedException {
        InstanceLock one = open(SHORT);
        InstanceLock two = open(SHORT);
        Lease lease = acquired(one);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < 5 * SHORT.toNanos() / 2) {
            assertThat(lease.isHeld()).isTrue();
            heldBy(two.tryAcquire());
            Thread.sleep(5); // leaves a processor to the thread that renews
        }
    }

    @Test
    void ruleI07_standbyTakesOverWhenReleased() throws Exception {
        InstanceLock one = open(LONG);
        for (int i = 0; i < 5; i++) {
            Lease first = acquired(one);
            CompletableFuture<AcquireResult> standby = standingBy(open(LONG), LONG);
            // Varies how far the standby has got: a release between its check and its wait must not be missed.
            Thread.sleep(10L * i);
            first.close();
            Lease second =
                    standby.get(timeout().toMillis(), TimeUnit.MILLISECONDS).orThrow();
            assertThat(second.isHeld()).isTrue();
            assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
            second.close();
        }
    }

    @Test
    void ruleI08_standbyEndsInTime() throws Exception {
        InstanceLock one = open(LONG);
        InstanceLock two = open(LONG);
        Lease lease = acquired(one);
        for (Duration wait : List.of(Duration.ZERO, Duration.ofMillis(100))) {
            AcquireResult attempt = standingBy(two, wait).get(timeout().toMillis(), TimeUnit.MILLISECONDS);
            assertThat(heldBy(attempt).ownerId()).isEqualTo(lease.holder().ownerId());
        }
        assertThatThrownBy(() -> two.acquire(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
        lease.close();
        assertThat(two.acquire(Duration.ZERO).orThrow().isHeld()).isTrue();
    }

    @Test
    void ruleI09_interruptedStandbyHoldsNothing() throws Exception {
        InstanceLock one = open(LONG);
        InstanceLock two = open(LONG);
        Lease lease = acquired(one);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                AcquireResult attempt = two.acquire(LONG);
                ended.complete(new AssertionError("acquire returned " + attempt + " although it was interrupted"));
            } catch (Throwable e) {
                ended.complete(e);
            }
        });
        waiting.start();
        waiting.interrupt();
        assertThat(ended.get(timeout().toMillis(), TimeUnit.MILLISECONDS)).isInstanceOf(InterruptedException.class);
        lease.close();
        assertThat(two.holder()).isEmpty();
    }

    @Test
    void ruleI10_forceFreesTheLock() throws Exception {
        InstanceLock one = open(SHORT);
        InstanceLock two = open(SHORT);
        Lease first = acquired(one);
        BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
        first.onLost(reasons::add);
        two.forceRelease();
        assertThat(two.holder()).isEmpty();
        Lease second = acquired(two);
        assertThat(reasons.poll(timeout().toMillis(), TimeUnit.MILLISECONDS)).isIn(LossReason.FORCED, LossReason.TAKEN);
        assertThat(first.isHeld()).isFalse();
        first.close();
        assertThat(second.isHeld()).isTrue();
        assertThat(heldBy(one.tryAcquire()).ownerId()).isEqualTo(second.holder().ownerId());
        assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
    }

    @Test
    void ruleI11_lossIsReportedOnce() throws Exception {
        InstanceLock one = open(SHORT);
        Lease lease = acquired(one);
        BlockingQueue<Object> notified = new LinkedBlockingQueue<>();
        lease.onLost(reason -> {
            throw new IllegalStateException("a callback with a bug");
        });
        lease.onLost(notified::add);
        lease.onExpiring(() -> notified.add("expiring"));
        one.forceRelease();
        List<Object> both = new ArrayList<>();
        both.add(notified.poll(timeout().toMillis(), TimeUnit.MILLISECONDS));
        both.add(notified.poll(timeout().toMillis(), TimeUnit.MILLISECONDS));
        assertThat(both).containsExactlyInAnyOrder("expiring", LossReason.FORCED);
        lease.onLost(notified::add);
        assertThat(notified.poll(timeout().toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(LossReason.FORCED);
        lease.close();
        one.close();
        assertThat(notified).as("notified again").isEmpty();
    }

    @Test
    void ruleI11_releaseIsNoLoss() {
        InstanceLock one = open(LONG);
        Lease lease = acquired(one);
        BlockingQueue<Object> notified = new LinkedBlockingQueue<>();
        lease.onLost(notified::add);
        lease.onExpiring(() -> notified.add("expiring"));
        lease.close();
        lease.onLost(notified::add);
        one.close();
        assertThat(notified).isEmpty();
    }

    @Test
    void ruleI12_refusedTokenEndsTheLease() throws Exception {
        InstanceLock one = open(LONG);
        Lease lease = acquired(one);
        BlockingQueue<LossReason> reasons = new LinkedBlockingQueue<>();
        lease.onLost(reasons::add);
        lease.fenced(lease.fencingToken());
        assertThat(lease.isHeld()).as("its own token was seen").isTrue();
        long seen = lease.fencingToken() + (1L << 40);
        lease.fenced(seen);
        assertThat(lease.isHeld()).isFalse();
        assertThat(reasons.poll(timeout().toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(LossReason.FENCED);
        assertThat(acquired(one).fencingToken()).isGreaterThan(seen);
    }

    /** An instance whose token is refused usually ends, and another process begins. */
    @Test
    void ruleI12_nextInstanceHasAHigherToken() {
        InstanceLock one = open(LONG);
        InstanceLock two = open(LONG);
        Lease lease = acquired(one);
        long seen = lease.fencingToken() + (1L << 40);
        lease.fenced(seen);
        one.close();
        two.forceRelease();
        assertThat(acquired(two).fencingToken()).isGreaterThan(seen);
    }

    @Test
    void ruleI14_implausibleTokenChangesNothing() {
        InstanceLock one = open(LONG);
        Lease lease = acquired(one);
        AtomicBoolean lost = new AtomicBoolean();
        lease.onLost(reason -> lost.set(true));
        for (long seen : new long[] {1L << 52, LeaseRequest.MAX_FENCING_TOKEN, Long.MAX_VALUE}) {
            lease.fenced(seen);
            assertThat(lease.isHeld()).as("after %d was seen", seen).isTrue();
        }
        assertThat(lost).isFalse();
        long token = lease.fencingToken();
        lease.close();
        assertThat(acquired(one).fencingToken()).isBetween(token + 1, token + (1L << 40));
    }

    @Test
    void ruleI13_closedLockHoldsNothing() {
        InstanceLock one = open(LONG);
        InstanceLock two = open(LONG);
        Lease lease = acquired(one);
        CompletableFuture<AcquireResult> standby = standingBy(two, LONG);
        two.close();
        assertThatThrownBy(() -> standby.get(timeout().toMillis(), TimeUnit.MILLISECONDS))
                .hasCauseInstanceOf(LockClosedException.class);
        one.close();
        one.close();
        assertThat(lease.isHeld()).isFalse();
        assertThat(open(LONG).holder()).isEmpty();
        assertThatThrownBy(one::tryAcquire).isInstanceOf(LockClosedException.class);
        assertThatThrownBy(() -> one.acquire(LONG)).isInstanceOf(LockClosedException.class);
        assertThatThrownBy(one::holder).isInstanceOf(LockClosedException.class);
        assertThatThrownBy(one::forceRelease).isInstanceOf(LockClosedException.class);
    }
}
