package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Relative links and their anchors in all Markdown files, and pages of docs that other files name, exist. */
class DocLinksTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern LINK = Pattern.compile("\\]\\((?![a-z]+:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern PAGE = Pattern.compile("\\bdocs/[\\w/-]+\\.(?:md|yml|json)\\b");

    @Test
    void linksAndAnchorsExist() throws IOException {
        Set<String> broken = new TreeSet<>();
        List<Path> pages = files(".*\\.md");
        assertThat(pages).hasSizeGreaterThan(20);
        for (Path page : pages) {
            for (MatchResult link : matches(LINK, prose(page))) {
                Path target = page.resolveSibling(link.group(1)).normalize();
                if (link.group(1).isEmpty()) {
                    target = page;
                }
                if (!Files.exists(target)
                        || link.group(2) != null && !anchors(target).contains(link.group(2))) {
                    broken.add(ROOT.relativize(page) + ": " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void pagesThatOtherFilesNameExist() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (Path file : files(".*\\.(java|xml|yml)|\\.ci/\\w+|fsm-cli/botfsm|CONTRIBUTING\\.md")) {
            for (MatchResult page : matches(PAGE, Files.readString(file))) {
                if (!Files.exists(ROOT.resolve(page.group()))) {
                    missing.add(ROOT.relativize(file) + ": " + page.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) throws IOException {
        return matches(HEADING, prose(page)).stream()
                .map(heading -> heading.group(1)
                        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String prose(Path page) throws IOException {
        return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static List<Path> files(String name) throws IOException {
        Pattern wanted = Pattern.compile(name);
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> {
                        String path = ROOT.relativize(file).toString().replace('\\', '/');
                        return wanted.matcher(path).matches() && !path.matches("(.*/)?(target|\\.git)/.*");
                    })
                    .toList();
        }
    }
}
