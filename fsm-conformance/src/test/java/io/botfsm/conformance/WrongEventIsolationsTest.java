package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The suite catches each wrong isolation, by the rule it breaks. */
final class WrongEventIsolationsTest {
    private static final Pattern RULE = Pattern.compile("ruleE(\\d\\d)_");

    private static Stream<Class<?>> wrongs() {
        return Arrays.stream(WrongEventIsolations.class.getDeclaredClasses())
                .filter(wrong -> wrong.isAnnotationPresent(Breaks.class));
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return wrongs().map(wrong -> DynamicTest.dynamicTest(wrong.getSimpleName(), () -> {
            Breaks breaks = wrong.getAnnotation(Breaks.class);
            Set<Integer> failed = SuiteRun.of(wrong).failedTests().stream()
                    .map(WrongEventIsolationsTest::rule)
                    .collect(Collectors.toSet());
            assertThat(failed)
                    .as(wrong.getSimpleName())
                    .contains(Arrays.stream(breaks.value()).boxed().toArray(Integer[]::new))
                    .isSubsetOf(IntStream.concat(Arrays.stream(breaks.value()), Arrays.stream(breaks.also()))
                            .boxed()
                            .toList());
        }));
    }

    private static int rule(String test) {
        Matcher name = RULE.matcher(test);
        assertThat(name.lookingAt()).as(test).isTrue();
        return Integer.parseInt(name.group(1));
    }
}
