package io.botfsm.conformance.storage;

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

/** The suite catches each wrong storage, by the rule it breaks. */
final class WrongStoragesTest {
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 18).boxed().collect(Collectors.toSet());

    private final WrongOnes wrongs = new WrongOnes(WrongBackends.class, WrongStorages.class);

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return wrongs.areCaught();
    }

    @Test
    void everyRuleHasAWrongStorage() {
        assertThat(wrongs.brokenRules()).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        assertThat(SuiteRun.of(ReferenceStorageTest.class).passedRules()).isEqualTo(RULES);
    }

    @Test
    void gapIsNeitherSkippedNorPassedButReported() {
        SuiteRun run = SuiteRun.of(WrongBackends.WithoutAnything.class);
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
        assertThat(SuiteRun.of(WrongBackends.WithoutAnything.class).failedTests())
                .containsExactly("theGapsAreTheExpectedOnes");
    }

    @Test
    void gapThatIsNoneFails() {
        assertThat(SuiteRun.of(WrongBackends.ExpectsAGapTooMany.class).failedTests())
                .containsExactly("theGapsAreTheExpectedOnes");
    }
}
