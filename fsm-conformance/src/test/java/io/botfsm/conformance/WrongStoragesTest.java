package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The suite catches each wrong storage, by the rule it breaks. */
final class WrongStoragesTest {
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 18).boxed().collect(Collectors.toSet());

    private static Stream<Class<?>> wrongs() {
        return Stream.of(WrongBackends.class, WrongStorages.class)
                .flatMap(all -> Arrays.stream(all.getDeclaredClasses()))
                .filter(wrong -> wrong.isAnnotationPresent(Breaks.class));
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return wrongs().map(wrong -> DynamicTest.dynamicTest(wrong.getSimpleName(), () -> {
            Breaks breaks = wrong.getAnnotation(Breaks.class);
            EngineExecutionResults results = run(wrong);
            Set<Integer> failed = failedRules(results);
            assertThat(failed)
                    .as("rules of the failed tests %s", failedTests(results))
                    .contains(Arrays.stream(breaks.value()).boxed().toArray(Integer[]::new))
                    .isSubsetOf(IntStream.concat(Arrays.stream(breaks.value()), Arrays.stream(breaks.also()))
                            .boxed()
                            .toList());
            assertThat(results.containerEvents().failed().count()).isZero();
        }));
    }

    @Test
    void everyRuleHasAWrongStorage() {
        Set<Integer> broken = wrongs().flatMap(wrong ->
                        Arrays.stream(wrong.getAnnotation(Breaks.class).value()).boxed())
                .filter(rule -> rule != 0)
                .collect(Collectors.toSet());
        assertThat(broken).isEqualTo(RULES);
    }

    @Test
    void everyRuleHasATest() {
        EngineExecutionResults results = run(ReferenceStorageTest.class);
        Set<Integer> checked = results.testEvents().succeeded().stream()
                .map(WrongStoragesTest::rule)
                .filter(rule -> rule != 0)
                .collect(Collectors.toSet());
        assertThat(checked).isEqualTo(RULES);
    }

    @Test
    void gapIsNeitherSkippedNorPassedButReported() {
        EngineExecutionResults results = run(WrongBackends.WithoutAnything.class);
        assertThat(results.testEvents().skipped().count()).isZero();
        assertThat(results.containerEvents().skipped().count()).isZero();
        assertThat(results.containerEvents().failed().count()).isZero();
        assertThat(results.testEvents().finished().stream().map(WrongStoragesTest::test))
                .noneMatch(name -> name.startsWith("rule13") || name.startsWith("rule14") || name.startsWith("rule17"))
                .anyMatch(name -> name.startsWith("rule04"));
        assertThat(results.allEvents().reportingEntryPublished().stream()
                        .map(event -> event.getRequiredPayload(ReportEntry.class)
                                .getKeyValuePairs()
                                .get("gap")))
                .contains("WithoutAnything.rule13_lowerTokenIsRefused is not checked: [FENCING] missing");
    }

    @Test
    void gapThatIsNotExpectedFails() {
        assertThat(failedTests(run(WrongBackends.WithoutAnything.class))).containsExactly("theGapsAreTheExpectedOnes");
    }

    @Test
    void gapThatIsNoneFails() {
        assertThat(failedTests(run(WrongBackends.ExpectsAGapTooMany.class)))
                .containsExactly("theGapsAreTheExpectedOnes");
    }

    private static EngineExecutionResults run(Class<?> conformance) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(conformance))
                .execute();
    }

    private static Set<Integer> failedRules(EngineExecutionResults results) {
        return results.testEvents().failed().stream()
                .map(WrongStoragesTest::rule)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> failedTests(EngineExecutionResults results) {
        return results.testEvents().failed().stream()
                .map(WrongStoragesTest::test)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The rule's number, 0 for a test of no rule. */
    private static int rule(Event event) {
        String test = test(event);
        return test.startsWith("rule") ? Integer.parseInt(test.substring(4, 6)) : 0;
    }

    private static String test(Event event) {
        TestSource source = event.getTestDescriptor().getSource().orElseThrow();
        return ((MethodSource) source).getMethodName();
    }
}
