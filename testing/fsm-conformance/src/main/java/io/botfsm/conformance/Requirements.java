package io.botfsm.conformance;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedMethods;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;
import static org.junit.platform.commons.support.HierarchyTraversalMode.TOP_DOWN;
import static org.junit.platform.commons.support.ReflectionSupport.findNestedClasses;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test with {@link Requires}, or reports it as a gap. */
final class Requirements implements TestTemplateInvocationContextProvider {
    private static final Comparator<Gap> ORDER =
            Comparator.comparingInt(Gap::rule).thenComparing(Gap::need);

    /**
     * A letter before the number names the port: L for leases, C for catalogs, D for queues of deadlines, U for
     * inboxes.
     */
    private static final Pattern RULE = Pattern.compile("rule[LCDU]?(\\d\\d)_");

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public boolean mayReturnZeroTestTemplateInvocationContexts(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Conformance suite = context.getRequiredTestInstances()
                .findInstance(Conformance.class)
                .orElseThrow();
        List<Need> unmet = unmet(suite, context.getRequiredTestMethod());
        if (unmet.isEmpty()) {
            return Stream.of(new Once(context.getRequiredTestMethod().getName()));
        }
        String gap = String.format(
                Locale.ROOT,
                "%s.%s is not checked: %s missing",
                suite.getClass().getSimpleName(),
                context.getRequiredTestMethod().getName(),
                unmet);
        context.publishReportEntry("gap", gap);
        System.out.println("[gap] " + gap);
        return Stream.empty();
    }

    /** Every part of a rule that the suite cannot check with this test class and its storage, in order. */
    static SortedSet<Gap> gaps(Conformance suite) {
        return findNestedClasses(suite.getClass(), group -> isAnnotated(group, Nested.class)).stream()
                .flatMap(group -> findAnnotatedMethods(group, Requires.class, TOP_DOWN).stream())
                .flatMap(test -> unmet(suite, test).stream().map(need -> new Gap(rule(test), need)))
                .collect(Collectors.toCollection(() -> new TreeSet<>(ORDER)));
    }

    private static List<Need> unmet(Conformance suite, Method test) {
        return Arrays.stream(test.getAnnotation(Requires.class).value())
                .filter(need -> !need.isMetBy(suite))
                .toList();
    }

    private static int rule(Method test) {
        Matcher name = RULE.matcher(test.getName());
        if (!name.lookingAt()) {
            throw new IllegalStateException("a test that is named after no rule: " + test);
        }
        return Integer.parseInt(name.group(1));
    }

    private record Once(String name) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocation) {
            return name;
        }
    }
}
