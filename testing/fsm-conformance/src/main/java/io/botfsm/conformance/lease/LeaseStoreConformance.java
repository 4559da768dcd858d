package io.botfsm.conformance.lease;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/**
 * Checks a {@link LeaseStore} against the rules L01 to L18 of the specification. Extend this class, implement how to
 * open the store, and run it as a JUnit 5 test class. Each test is named after its rule.
 *
 * <p>Let the test class implement the interfaces for what can be done with the backend: {@link AdvancesTime},
 * {@link CutsOff}, {@link Shares}, {@link Counts}. If a need of a test is not met, that is a {@link Gap}: the test does
 * not run, the gap is printed and reported, and {@link #expectedGaps()} must contain it.
 *
 * <p>Every test uses its own names, so that the backend need not be emptied between tests. There is one instance of the
 * test class; tests run one after another. With the system property {@code botfsm.proof=true} the loops are longer.
 */
public abstract class LeaseStoreConformance extends Conformance {
    /** For the extending class. */
    protected LeaseStoreConformance() {}

    /**
     * Opens a store. The suite closes it.
     *
     * @param deadline how long one call may take at most
     */
    protected abstract LeaseStore open(Duration deadline) throws Exception;

    /** Returns the shortest time to live that the store can grant. The default is a millisecond. */
    protected Duration shortestTtl() {
        return Duration.ofMillis(1);
    }

    @Nested
    final class Acquiring extends LeaseAcquiringRules {
        Acquiring() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Renewing extends LeaseRenewingRules {
        Renewing() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Releasing extends LeaseReleasingRules {
        Releasing() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Ending extends LeaseEndingRules {
        Ending() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Tokens extends LeaseTokenRules {
        Tokens() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Texts extends LeaseTextRules {
        Texts() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Contention extends LeaseContentionRules {
        Contention() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Hints extends LeaseHintRules {
        Hints() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Closing extends LeaseClosingRules {
        Closing() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Outage extends LeaseOutageRules {
        Outage() {
            super(LeaseStoreConformance.this);
        }
    }

    @Nested
    final class Growth extends LeaseGrowthRules {
        Growth() {
            super(LeaseStoreConformance.this);
        }
    }
}
