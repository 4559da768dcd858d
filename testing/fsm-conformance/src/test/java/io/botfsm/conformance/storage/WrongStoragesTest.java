package io.botfsm.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Faults;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.SuiteRun;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong storage, by the rule it breaks. */
final class WrongStoragesTest {
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 23).boxed().collect(Collectors.toSet());

    private final StorageFaults faults = new StorageFaults();

    static final class WithAFault extends ReferenceStorageTest {
        WithAFault() {
            Faults.putInto(backend);
        }
    }

    static final class WithoutAnything extends StateStorageConformance {
        @Override
        protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
            ReferenceStorage storage = new ReferenceStorage(new ReferenceBackend(), ttl, deadline);
            storage.capabilities = Set::of;
            return storage;
        }
    }

    static final class ExpectsAGapTooMany extends ReferenceStorageTest {
        @Override
        protected Set<Gap> expectedGaps() {
            return Set.of(new Gap(17, Need.CUTS_OFF));
        }
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return faults.areCaughtBy(WithAFault.class);
    }

    @Test
    void everyRuleHasAWrongStorage() {
        assertThat(faults.brokenRules()).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        assertThat(SuiteRun.of(ReferenceStorageTest.class).passedRules()).isEqualTo(RULES);
    }

    @Test
    void gapIsNeitherSkippedNorPassedButReported() {
        SuiteRun run = SuiteRun.of(WithoutAnything.class);
        assertThat(run.skipped()).isZero();
        assertThat(run.failedContainers()).isZero();
        assertThat(run.finishedTests())
                .noneMatch(name -> name.startsWith("rule13") || name.startsWith("rule14") || name.startsWith("rule17"))
                .anyMatch(name -> name.startsWith("rule04"));
        assertThat(run.reportedGaps())
                .contains("WithoutAnything.rule13_lowerTokenIsRefused is not checked: [FENCING] missing");
    }

    @Test
    void gapThatIsNotExpectedFails() {
        assertThat(SuiteRun.of(WithoutAnything.class).failedTests()).containsExactly("theGapsAreTheExpectedOnes");
    }

    @Test
    void gapThatIsNoneFails() {
        assertThat(SuiteRun.of(ExpectsAGapTooMany.class).failedTests()).containsExactly("theGapsAreTheExpectedOnes");
    }
}
