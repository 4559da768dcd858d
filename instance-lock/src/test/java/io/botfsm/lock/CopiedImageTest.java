package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Copies of one process image, as snapshots and checkpoints make them: the same lock object, with the same name and memory. */
class CopiedImageTest {
    private final MemoryLeaseStore store = new MemoryLeaseStore();
    private final LockThreads threads = new LockThreads("bot");

    private LeaseEngine copy(Supplier<String> randomness) {
        return new LeaseEngine(
                store,
                "bot",
                Timings.of(Duration.ofMinutes(1), Optional.empty(), Optional.empty(), Optional.empty()),
                LeaseClock.system(),
                new Identity(
                        "image",
                        "host",
                        ProcessHandle.current().pid(),
                        Instant.EPOCH,
                        LocalProcess.current(),
                        randomness),
                true,
                threads.renewals(),
                threads.deadlines(),
                threads.callbacks(),
                new LockEvents(List.of(), threads.callbacks()),
                () -> 0.5);
    }

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void doNotTakeEachOthersClaimsForTheirOwn() {
        LeaseEngine one = copy(() -> "a");
        LeaseEngine two = copy(() -> "b");
        Lease lease = acquired(one);
        StoredLease stored = store.read("bot").toCompletableFuture().join();

        assertThat(attempt(two)).isInstanceOf(AcquireResult.HeldBy.class);
        assertThat(store.read("bot").toCompletableFuture().join().claim()).isEqualTo(stored.claim());
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void takeBackWhatTheyGaveUpThemselves() {
        AtomicInteger drawn = new AtomicInteger();
        LeaseEngine one = copy(() -> "a" + drawn.incrementAndGet());
        LeaseRequest unanswered = one.newRequest();
        var unused = store.acquire(unanswered);
        assertThat(attempt(one)).isInstanceOf(AcquireResult.HeldBy.class);
        one.giveUp(unanswered.claim());

        assertThat(attempt(one)).isInstanceOf(AcquireResult.Acquired.class);
    }

    @Test
    void drawForEachClaim() {
        Identity identity = Identity.ofThisProcess();
        Set<String> tokens = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            tokens.add(identity.newClaim().token());
        }
        assertThat(tokens).hasSize(1_000).allMatch(token -> token.matches(".*-[0-9a-f]{32}"));
    }

    private static AcquireResult attempt(LeaseEngine engine) {
        return AcquireAttempt.begin(engine, Optional.empty()).result().join();
    }

    private static Lease acquired(LeaseEngine engine) {
        return attempt(engine).orThrow();
    }
}
