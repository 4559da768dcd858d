package io.botfsm.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.internal.AcquireAttempt.Outcome;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.HeldElsewhere;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.Taken;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Copies of one process image, as snapshots and checkpoints make them: the same engine, with the same name and memory.
 */
class CopiedImageTest {
    private final MemoryLeaseStore store = new MemoryLeaseStore();
    private final LeaseEngine claims = copy(() -> "c");

    private LeaseEngine copy(Supplier<String> randomness) {
        Scheduler never = (delay, task) -> () -> {};
        return new LeaseEngine(
                store,
                new Identity(
                        "image",
                        "host",
                        ProcessHandle.current().pid(),
                        Instant.EPOCH,
                        LocalProcess.current(),
                        randomness),
                LeaseSettings.ofInstance(LeaseTimings.of(Duration.ofMinutes(1)), true),
                new LeaseTimers(LeaseClock.system(), never, never, () -> 0.5));
    }

    @Test
    void doNotTakeEachOthersClaimsForTheirOwn() {
        LeaseEngine one = copy(() -> "a");
        LeaseEngine two = copy(() -> "b");
        LeaseGeneration lease = ((Taken) attempt(one)).lease();
        StoredLease stored = store.read("bot").toCompletableFuture().join();

        assertThat(attempt(two)).isInstanceOf(HeldElsewhere.class);
        assertThat(store.read("bot").toCompletableFuture().join().claim()).isEqualTo(stored.claim());
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void takeBackWhatTheyGaveUpThemselves() {
        AtomicInteger drawn = new AtomicInteger();
        LeaseEngine one = copy(() -> "a" + drawn.incrementAndGet());
        LeaseRequest unanswered = one.newRequest("bot", 0);
        var unused = store.acquire(unanswered);
        assertThat(attempt(one)).isInstanceOf(HeldElsewhere.class);
        one.giveUp(unanswered.claim());

        assertThat(attempt(one)).isInstanceOf(Taken.class);
    }

    @Test
    void drawForEachClaim() {
        Identity identity = Identity.ofThisProcess(true);
        Set<String> tokens = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            tokens.add(identity.newClaim().token());
        }
        assertThat(tokens).hasSize(1_000).allMatch(token -> token.matches(".*-[0-9a-f]{32}"));
    }

    /** Snapshots and checkpoints make copies of a process, with the same owner. */
    @Test
    void ofACopyOfTheProcessAreNotItsOwn() {
        Claim held = copy(() -> "d").newRequest("bot", 0).claim();

        assertThat(claims.isUnused(held)).isFalse();
        assertThat(claims.newRequest("bot", 0).claim()).isNotEqualTo(held);
    }

    @Test
    void areItsOwnOnceItHasGivenThemUp() {
        Claim claim = claims.newRequest("bot", 0).claim();
        assertThat(claims.isUnused(claim)).isFalse();
        claims.giveUp(claim);
        assertThat(claims.isUnused(claim)).isTrue();

        claims.forget(claim);
        assertThat(claims.isUnused(claim)).as("confirmed by the store").isFalse();
    }

    @Test
    void areDrawnEach() {
        Identity identity = Identity.ofThisProcess(false);
        Set<Claim> drawn = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            drawn.add(identity.newClaim());
        }
        assertThat(drawn).hasSize(1_000);
        assertThat(Identity.ownerId(new Claim("owner-1", ""))).isEqualTo("owner");
        assertThat(drawn.iterator().next().holder().split(" ", -1))
                .as("host, process, and when it started")
                .hasSize(3);
    }

    private static Outcome attempt(LeaseEngine engine) {
        return engine.acquire("bot", 0).result().join();
    }
}
