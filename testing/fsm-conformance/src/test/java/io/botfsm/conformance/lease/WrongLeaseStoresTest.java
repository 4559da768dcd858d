package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.SuiteRun;
import io.botfsm.conformance.WrongOnes;
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

    private final WrongOnes wrongs = new WrongOnes(WrongLeaseBackends.class, WrongLeaseStores.class);

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return wrongs.areCaught();
    }

    @Test
    void everyRuleHasAWrongStore() {
        assertThat(wrongs.brokenRules()).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        assertThat(SuiteRun.of(ReferenceLeaseStoreTest.class).passedRules()).isEqualTo(RULES);
    }

    @Test
    void gapIsNeitherSkippedNorPassedButReported() {
        SuiteRun run = SuiteRun.of(WrongLeaseStores.WithoutAnything.class);
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
    void gapThatIsNoneFails() {
        assertThat(SuiteRun.of(WrongLeaseStores.ExpectsAGapTooMany.class).failedTests())
                .containsExactly("theGapsAreTheExpectedOnes");
    }
}
