package io.botfsm.conformance.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Breaks;
import io.botfsm.conformance.SuiteRun;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong isolation, by the rule it breaks. */
final class WrongEventIsolationsTest {
    private static final int MOST_REPETITIONS = 2;
    private static final Pattern RULE = Pattern.compile("ruleE(\\d\\d)_");
    private static final Set<Integer> RULES =
            IntStream.rangeClosed(1, 20).boxed().collect(Collectors.toSet());

    /** A suite waits most of the time, for what a wrong isolation never does. */
    private static final ExecutorService SUITES = Executors.newFixedThreadPool(8);

    @AfterAll
    static void end() {
        SUITES.shutdownNow();
    }

    private static Stream<Class<?>> wrongs() {
        return Arrays.stream(WrongEventIsolations.class.getDeclaredClasses())
                .filter(wrong -> wrong.isAnnotationPresent(Breaks.class));
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        List<DynamicTest> tests = wrongs().map(wrong -> {
                    CompletableFuture<SuiteRun> run = CompletableFuture.supplyAsync(() -> SuiteRun.of(wrong), SUITES);
                    return DynamicTest.dynamicTest(wrong.getSimpleName(), () -> isCaught(wrong, run.join()));
                })
                .toList();
        return tests.stream();
    }

    /** Some rules look for what happens at once, which is not bound to happen where many suites run beside each other. */
    private static void isCaught(Class<?> wrong, SuiteRun first) {
        Breaks breaks = wrong.getAnnotation(Breaks.class);
        Set<Integer> broken = Arrays.stream(breaks.value()).boxed().collect(Collectors.toSet());
        Set<Integer> failed = failed(first);
        for (int again = 0; again < MOST_REPETITIONS && !failed.containsAll(broken); again++) {
            failed.addAll(failed(SuiteRun.of(wrong)));
        }
        assertThat(failed)
                .as(wrong.getSimpleName())
                .containsAll(broken)
                .isSubsetOf(IntStream.concat(Arrays.stream(breaks.value()), Arrays.stream(breaks.also()))
                        .boxed()
                        .toList());
        assertThat(first.finishedTests()).hasSameSizeAs(RULES);
    }

    private static Set<Integer> failed(SuiteRun run) {
        return run.failedTests().stream()
                .map(WrongEventIsolationsTest::rule)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static int rule(String test) {
        Matcher name = RULE.matcher(test);
        assertThat(name.lookingAt()).as(test).isTrue();
        return Integer.parseInt(name.group(1));
    }

    @Test
    void everyRuleHasAWrongIsolation() {
        assertThat(wrongs().flatMap(wrong ->
                        Arrays.stream(wrong.getAnnotation(Breaks.class).value()).boxed()))
                .containsAll(RULES);
    }
}
