package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Test classes with {@link Breaks}, each of which must fail in the rules that it breaks. */
public final class WrongOnes {
    private final Class<?>[] homes;

    public WrongOnes(Class<?>... homes) {
        this.homes = homes;
    }

    private Stream<Class<? extends Conformance>> all() {
        return Arrays.stream(homes)
                .flatMap(home -> Arrays.stream(home.getDeclaredClasses()))
                .filter(wrong -> wrong.isAnnotationPresent(Breaks.class))
                .map(wrong -> wrong.asSubclass(Conformance.class));
    }

    public Stream<DynamicTest> areCaught() {
        return all().map(wrong -> DynamicTest.dynamicTest(wrong.getSimpleName(), () -> {
            Breaks breaks = wrong.getAnnotation(Breaks.class);
            SuiteRun run = SuiteRun.of(wrong);
            assertThat(run.failedRules())
                    .as("%s: rules of the failed tests %s", wrong.getSimpleName(), run.failedTests())
                    .contains(Arrays.stream(breaks.value()).boxed().toArray(Integer[]::new))
                    .isSubsetOf(IntStream.concat(Arrays.stream(breaks.value()), Arrays.stream(breaks.also()))
                            .boxed()
                            .toList());
            assertThat(run.failedContainers()).isZero();
        }));
    }

    /** Every rule that one of them breaks. */
    public Set<Integer> brokenRules() {
        return all().flatMap(wrong ->
                        Arrays.stream(wrong.getAnnotation(Breaks.class).value()).boxed())
                .filter(rule -> rule != 0)
                .collect(Collectors.toSet());
    }
}
