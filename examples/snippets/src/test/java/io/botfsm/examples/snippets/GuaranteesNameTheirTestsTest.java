package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each section of docs/reference/guarantees.md has {@code > Held by:}, and what that names exists: rules ({@code rule
 * 7}, {@code L05}) as conformance tests, names in backticks as test classes and their methods.
 */
class GuaranteesNameTheirTestsTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern TEST =
            Pattern.compile(".*src/test/java/.*\\.java|testing/[^/]+/src/main/java/.*\\.java");
    private static final Pattern SUITE = Pattern.compile("\\w+(Rules|Conformance)");
    private static final Pattern HELD_BY = Pattern.compile("(?m)^> Held by: .*(\\n> .*)*");
    private static final Pattern REFERENCE =
            Pattern.compile("\\brule (\\d+)\\b|\\b([LIEPCDU]\\d\\d)\\b|`(\\w+)(?:#(\\w+))?`");

    @Test
    void whatHoldsAPromiseExists() throws IOException {
        Map<String, String> sources = sources();
        StringBuilder suites = new StringBuilder();
        sources.forEach((name, source) -> suites.append(SUITE.matcher(name).matches() ? source : ""));
        String page = Files.readString(ROOT.resolve("docs/reference/guarantees.md"));
        List<String> sections = List.of(page.split("(?m)^## ", -1));
        assertThat(sections).as("introduction and sections").hasSizeGreaterThan(10);
        for (String section : sections.subList(1, sections.size())) {
            assertThat(section).containsPattern(HELD_BY);
        }
        for (MatchResult heldBy : HELD_BY.matcher(page).results().toList()) {
            String rest = REFERENCE.matcher(heldBy.group()).replaceAll("");
            assertThat(rest).as("names something").isNotEqualTo(heldBy.group());
            assertThat(rest).as("names nothing otherwise").doesNotContainPattern("[`#]|rule|[A-Z]\\d");
            for (MatchResult reference :
                    REFERENCE.matcher(heldBy.group()).results().toList()) {
                String source =
                        reference.group(3) == null ? suites.toString() : sources.getOrDefault(reference.group(3), "");
                assertThat(source.contains(declaration(reference)))
                        .as("%s exists", reference.group())
                        .isTrue();
            }
        }
    }

    @Test
    void everyRuleOfFlowsHasATest() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/reference/spec/flows.md"));
        assertThat(numbers("(?m)^\\*\\*(F\\d\\d)\\.", page))
                .hasSize(22)
                .isEqualTo(numbers(
                        "void rule(F\\d\\d)_", String.join("\n", sources().values())));
    }

    private static Set<String> numbers(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String declaration(MatchResult reference) {
        if (reference.group(1) != null) {
            return "void rule" + "0".repeat(2 - reference.group(1).length()) + reference.group(1) + "_";
        }
        if (reference.group(2) != null) {
            return "void " + reference.group(2).replaceFirst("^(?!P)", "rule").replace('P', 'p') + "_";
        }
        return reference.group(4) == null ? "class " + reference.group(3) : "void " + reference.group(4) + "(";
    }

    /** The test sources by simple name; sources of the same name are joined. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.toList()) {
                if (TEST.matcher(ROOT.relativize(file).toString().replace('\\', '/'))
                        .matches()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
