package io.botfsm.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/**
 * The lock, and the leases of conversations, in worlds full of faults. A failure names its seed, which fails again:
 * {@code -Dbotfsm.simulator.seed=…} runs it alone.
 */
class SimulatorTest {
    private static final long SEEDS = Boolean.getBoolean("botfsm.proof") ? 1_000_000 : 3_000;

    @Test
    void noSeedBreaksTheLock() {
        run("a lock", SEEDS, Simulator::runLock);
    }

    @Test
    void noSeedBreaksTheLeasesOfConversations() {
        run("conversations", SEEDS / 10, Simulator::runConversations); // they take longer
    }

    private static void run(String what, long seeds, LongConsumer world) {
        Long alone = Long.getLong("botfsm.simulator.seed");
        long from = alone == null ? 0 : alone;
        long to = alone == null ? seeds : alone + 1;
        for (long seed = from; seed < to; seed++) {
            try {
                world.accept(seed);
            } catch (ViolationException | Error e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.printf(Locale.ROOT, "simulator: %,d worlds of %s, nothing broken%n", to - from, what);
        assertThat(to).isGreaterThan(from);
    }
}
