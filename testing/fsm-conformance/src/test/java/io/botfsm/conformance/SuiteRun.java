package io.botfsm.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** The result of a suite that was run on a test class. */
public record SuiteRun(EngineExecutionResults results) {
    private static final Pattern RULE = Pattern.compile("rule[LIECDU]?(\\d\\d)_");

    public static SuiteRun of(Class<?> suite) {
        return new SuiteRun(run(suite, rule -> true));
    }

    /** Runs only the tests of these rules; 0 stands for those of no rule. */
    public static SuiteRun of(Class<?> suite, Set<Integer> rules) {
        return new SuiteRun(run(suite, rules::contains));
    }

    private static EngineExecutionResults run(Class<?> suite, IntPredicate rules) {
        PostDiscoveryFilter filter = descriptor -> FilterResult.includedIf(descriptor
                .getSource()
                .filter(MethodSource.class::isInstance)
                .map(test -> rules.test(rule(((MethodSource) test).getMethodName())))
                .orElse(true));
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(suite))
                .filters(filter)
                .execute();
    }

    /** The rules of which a test failed; 0 for a test of no rule. */
    public Set<Integer> failedRules() {
        return rules(results.testEvents().failed());
    }

    /** The rules of which a test passed. */
    public Set<Integer> passedRules() {
        Set<Integer> passed = rules(results.testEvents().succeeded());
        passed.remove(0);
        return passed;
    }

    public Set<String> failedTests() {
        return names(results.testEvents().failed());
    }

    /** The failure message of a test. */
    public String failureOf(String test) {
        return results.testEvents().failed().stream()
                .filter(event -> name(event).equals(test))
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result ->
                        String.valueOf(result.getThrowable().orElseThrow().getMessage()))
                .collect(Collectors.joining());
    }

    public Set<String> finishedTests() {
        return names(results.testEvents().finished());
    }

    public Set<String> reportedGaps() {
        return results.allEvents().reportingEntryPublished().stream()
                .map(event -> event.getRequiredPayload(ReportEntry.class)
                        .getKeyValuePairs()
                        .get("gap"))
                .collect(Collectors.toSet());
    }

    public long failedContainers() {
        return results.containerEvents().failed().count();
    }

    public long skipped() {
        return results.testEvents().skipped().count()
                + results.containerEvents().skipped().count();
    }

    private static Set<Integer> rules(Events events) {
        return events.stream().map(event -> rule(name(event))).collect(Collectors.toCollection(TreeSet::new));
    }

    private static int rule(String test) {
        Matcher rule = RULE.matcher(test);
        return rule.lookingAt() ? Integer.parseInt(rule.group(1)) : 0;
    }

    private static Set<String> names(Events events) {
        return events.stream().map(SuiteRun::name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(Event event) {
        TestSource source = event.getTestDescriptor().getSource().orElseThrow();
        return ((MethodSource) source).getMethodName();
    }
}
