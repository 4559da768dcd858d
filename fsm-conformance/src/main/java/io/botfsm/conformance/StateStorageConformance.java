package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Holds a {@link StateStorage} to the numbered rules of the specification; extend it, say how to open the storage, and run
 * it as a JUnit 5 test class. Each test is named after its rule.
 *
 * <p>Let the test class implement what can be done with the backend: {@link AdvancesTime}, {@link CutsOff},
 * {@link Shares}, {@link Counts}. What a test needs and does not find is a {@link Gap}: the test runs zero times, the gap
 * is printed and reported, and {@link #expectedGaps()} must name it.
 *
 * <p>Every test uses conversations of its own, so a backend need not be emptied in between. There is one instance of the
 * test class; tests run one after another. With the system property {@code botfsm.proof=true} the loops are longer.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
public abstract class StateStorageConformance {
    /** The backend's time can be advanced. Without it, tests of time to live use short real ones. */
    public interface AdvancesTime {
        /** Lets the time pass, for expiry and versions alike. */
        void advance(Duration time);
    }

    /** The storages can be cut off from their backend. */
    public interface CutsOff {
        /** Cuts every open storage off: refused, reset or without answer, whatever the backend may suffer. */
        void cutOff();

        /**
         * Lets requests through and loses the answers. Where that cannot be had, cuts off.
         *
         * <p>This is what finds a storage that denies a write which happened.
         */
        default void loseAnswers() {
            cutOff();
        }

        /** Ends what the other two began. The backend is reachable when it returns. Idempotent. */
        void restore();
    }

    /** A second call of {@link #open} opens a second storage on the same backend; otherwise each has a backend of its own. */
    public interface Shares {}

    /** What is stored can be counted. */
    public interface Counts {
        /**
         * How many records there are, with everything else kept per conversation, such as locks. Those whose time is
         * over may still count for a moment, but must go without being asked for.
         */
        long records();
    }

    /** For the extending class. */
    protected StateStorageConformance() {}

    /**
     * Opens a storage. The suite closes it.
     *
     * @param ttl the storage's own time to live, empty for none
     * @param deadline how long one call may take at most
     */
    protected abstract StateStorage open(Optional<Duration> ttl, Duration deadline) throws Exception;

    /** What the suite cannot check here, exactly. None, unless overridden. */
    protected Set<Gap> expectedGaps() {
        return Set.of();
    }

    /** How long the suite waits for what must show by itself. */
    Duration patience() {
        return Duration.ofSeconds(20);
    }

    /** How much later than its deadline a call may end: threads have to wait for a processor. */
    Duration margin() {
        return Duration.ofSeconds(2);
    }

    private Optional<Set<Capability>> capabilities = Optional.empty();

    Set<Capability> capabilities() {
        if (capabilities.isEmpty()) {
            try (StateStorage storage = open(Optional.empty(), Rules.DEADLINE)) {
                capabilities = Optional.of(storage.capabilities());
            } catch (Exception e) {
                throw new AssertionError("the storage could not be opened", e);
            }
        }
        return capabilities.get();
    }

    @Test
    void theGapsAreTheExpectedOnes() {
        assertThat(Requirements.gaps(this))
                .as(
                        "the gaps of %s; expectedGaps() must return exactly these",
                        getClass().getSimpleName())
                .containsExactlyInAnyOrderElementsOf(expectedGaps());
    }

    @Nested
    final class Reading extends ReadingRules {
        Reading() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Texts extends TextRules {
        Texts() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Writing extends WritingRules {
        Writing() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Versions extends VersionRules {
        Versions() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Conditions extends ConditionRules {
        Conditions() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Lifetime extends LifetimeRules {
        Lifetime() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Concurrency extends ConcurrencyRules {
        Concurrency() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Fencing extends FencingRules {
        Fencing() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Events extends EventRules {
        Events() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Closing extends ClosingRules {
        Closing() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Outage extends OutageRules {
        Outage() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Growth extends GrowthRules {
        Growth() {
            super(StateStorageConformance.this);
        }
    }
}
