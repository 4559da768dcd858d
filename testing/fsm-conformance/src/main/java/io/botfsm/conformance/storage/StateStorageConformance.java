package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/**
 * Checks a {@link StateStorage} against the numbered rules of the specification. Extend this class, implement how to
 * open the storage, and run it as a JUnit 5 test class. Each test is named after its rule.
 *
 * <p>Let the test class implement the interfaces for what can be done with the backend: {@link AdvancesTime},
 * {@link CutsOff}, {@link Shares}, {@link Counts}. If a need of a test is not met, that is a {@link Gap}: the test does
 * not run, the gap is printed and reported, and {@link #expectedGaps()} must contain it.
 *
 * <p>Every test uses its own conversations, so that the backend need not be emptied between tests. There is one
 * instance of the test class; tests run one after another. With the system property {@code botfsm.proof=true} the loops
 * are longer.
 */
public abstract class StateStorageConformance extends Conformance {
    /** For the extending class. */
    protected StateStorageConformance() {}

    /**
     * Opens a storage. The suite closes it.
     *
     * @param ttl the storage's own time to live, empty for none
     * @param deadline how long one call may take at most
     */
    protected abstract StateStorage open(Optional<Duration> ttl, Duration deadline) throws Exception;

    private Optional<Set<Capability>> capabilities = Optional.empty();

    @Override
    protected final boolean meets(Need need) {
        return capabilities().contains(Capability.valueOf(need.name()));
    }

    Set<Capability> capabilities() {
        if (capabilities.isEmpty()) {
            try (StateStorage storage = open(Optional.empty(), StorageRules.DEADLINE)) {
                capabilities = Optional.of(storage.capabilities());
            } catch (Exception e) {
                throw new AssertionError("the storage could not be opened", e);
            }
        }
        return capabilities.get();
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
    final class Sources extends SourceRules {
        Sources() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Times extends TimeRules {
        Times() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Attributes extends AttributeRules {
        Attributes() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class Deadlines extends DeadlineRules {
        Deadlines() {
            super(StateStorageConformance.this);
        }
    }

    @Nested
    final class End extends EndRules {
        End() {
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
