package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.SuiteRun;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong lease store, by the rule it breaks. */
final class WrongLeaseStoresTest {
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 18).boxed().collect(Collectors.toSet());

    private final LeaseStoreFaults faults = new LeaseStoreFaults();

    static final class WithAFault extends ReferenceLeaseStoreTest {
        WithAFault() {
            Faults.putInto(backend);
        }
    }

    /** The reference, without anything that the suite could do with its backend. */
    static final class WithoutAnything extends LeaseStoreConformance {
        private final ReferenceLeaseBackend backend = new ReferenceLeaseBackend().inRealTime();

        @Override
        protected LeaseStore open(Duration deadline) {
            return backend.open(deadline);
        }
    }

    static final class ExpectsAGapTooMany extends ReferenceLeaseStoreTest {
        @Override
        protected Set<Gap> expectedGaps() {
            return Set.of(new Gap(2, Need.SHARES));
        }
    }

    /** Its clock runs, and can be set forward besides. */
    static final class RunsByItself extends ReferenceLeaseStoreTest {
        RunsByItself() {
            long begun = System.nanoTime();
            backend.now = () -> backend.advanced.get() + System.nanoTime() - begun;
        }
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return faults.areCaughtBy(WithAFault.class);
    }

    @Test
    void everyRuleHasAWrongStore() {
        assertThat(faults.brokenRules()).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        assertThat(SuiteRun.of(ReferenceLeaseStoreTest.class).passedRules()).isEqualTo(RULES);
    }

    @Test
    void gapIsNeitherSkippedNorPassedButReported() {
        SuiteRun run = SuiteRun.of(WithoutAnything.class);
        assertThat(run.skipped()).isZero();
        assertThat(run.failedContainers()).isZero();
        assertThat(run.failedTests()).containsExactly("theGapsAreTheExpectedOnes");
        assertThat(run.finishedTests())
                .noneMatch(name -> name.startsWith("ruleL17") || name.startsWith("ruleL18"))
                .anyMatch(name -> name.startsWith("ruleL05"));
        assertThat(run.reportedGaps())
                .contains("WithoutAnything.ruleL17_callsFailInTime is not checked: [CUTS_OFF] missing");
    }

    @Test
    void clockThatRunsByItselfIsNamed() {
        SuiteRun run = SuiteRun.of(RunsByItself.class);
        assertThat(run.failedTests()).containsExactly("ruleL06_timeIsKeptToTheMillisecond");
        assertThat(run.failureOf("ruleL06_timeIsKeptToTheMillisecond"))
                .contains("AdvancesTime", "must stand still until advance() is called");
    }

    @Test
    void gapThatIsNoneFails() {
        assertThat(SuiteRun.of(ExpectsAGapTooMany.class).failedTests()).containsExactly("theGapsAreTheExpectedOnes");
    }
}
