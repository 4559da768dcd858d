package io.botfsm.lock.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.internal.AcquireAttempt.Outcome;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.HeldElsewhere;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.Taken;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.lock.store.StoredLease;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
                        LocalProcess::current,
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

    /** A random generator in this process would be copied with it, and then draw the same in each copy. */
    @Test
    void drawFromTheOperatingSystem() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DrawsWithACopiedGenerator.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> drawn = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList();

        assertThat(drawn).hasSize(4).allMatch(half -> half.matches("[0-9a-f]{16}"));
        assertThat(drawn).as("halves of what two claims are drawn from").doesNotHaveDuplicates();
        assertThat(drawn.stream().map(half -> half.substring(0, 4)).distinct())
                .as("not a clock's, which have the same beginning")
                .hasSizeGreaterThan(2);
    }

    /** A program whose random generator always returns the same, as copies of one generator do. */
    static final class DrawsWithACopiedGenerator {
        private DrawsWithACopiedGenerator() {}

        public static void main(String[] arguments) {
            Security.insertProviderAt(new CopiedProvider(), 1);
            Identity identity = Identity.ofThisProcess(false);
            for (int i = 0; i < 2; i++) {
                String token = identity.newClaim().token();
                String random = token.substring(token.lastIndexOf('-') + 1);
                System.out.println(random.substring(0, 16));
                System.out.println(random.substring(16));
            }
        }
    }

    @SuppressWarnings("serial") // never serialized
    private static final class CopiedProvider extends Provider {
        CopiedProvider() {
            super("Copied", "1", "a generator that was seeded before the copies were made");
            put("SecureRandom.Copied", CopiedGenerator.class.getName());
        }
    }

    @SuppressWarnings("serial") // never serialized
    public static final class CopiedGenerator extends SecureRandomSpi {
        @Override
        protected void engineSetSeed(byte[] seed) {
            // has no effect
        }

        @Override
        protected void engineNextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 0);
        }

        /** The source of seeds is not copied. */
        @Override
        protected byte[] engineGenerateSeed(int count) {
            try {
                return SecureRandom.getInstance("SHA1PRNG").generateSeed(count);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The copy was moved to another machine; only the process that it is there can be recognized as dead. */
    @Test
    void nameTheProcessThatTheyAreWhenTheyClaim() {
        AtomicReference<Optional<LocalProcess>> now =
                new AtomicReference<>(Optional.of(new LocalProcess("original", 41, 700)));
        Identity identity = new Identity("image", "host", 41, Instant.EPOCH, now::get, () -> "1");
        assertThat(identity.newClaim().holder()).isEqualTo("host 41 0 original 700");
        now.set(Optional.of(new LocalProcess("clone", 41, 700)));
        assertThat(identity.newClaim().holder()).isEqualTo("host 41 0 clone 700");
        now.set(Optional.empty());
        assertThat(identity.newClaim().holder()).isEqualTo("host 41 0");
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
        return engine.acquire("bot").result().join();
    }
}
