package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Relative links and their anchors in all Markdown files, and pages of docs that other files name, exist. */
class DocLinksTest {
    static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern LINK = Pattern.compile("\\]\\((?![a-z]+:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern LINKED = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");
    private static final Pattern DROPPED = Pattern.compile("[^\\w\\- ]");
    private static final Pattern PAGE = Pattern.compile("\\bdocs/[\\w/-]+\\.(?:md|yml|json)\\b");

    @Test
    void linksAndAnchorsExist() throws IOException {
        Map<Path, String> pages = files("(.*/)?[^/]+\\.md");
        assertThat(pages).hasSizeGreaterThan(20);
        pages.replaceAll((page, text) -> CODE_BLOCK.matcher(text).replaceAll(""));
        Set<String> broken = new TreeSet<>();
        pages.forEach((page, text) -> {
            for (MatchResult link : LINK.matcher(text).results().toList()) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                boolean exists = link.group(2) == null
                        ? Files.exists(target)
                        : anchors(pages.getOrDefault(target, "")).contains(link.group(2));
                if (!exists) {
                    broken.add(ROOT.relativize(page) + ": " + link.group());
                }
            }
        });
        assertThat(broken).isEmpty();
    }

    /** The anchors of a page, as GitHub makes them of headings. */
    private static Set<String> anchors(String page) {
        return HEADING.matcher(page)
                .results()
                .map(heading -> LINKED.matcher(heading.group(1)).replaceAll("$1"))
                .map(heading -> DROPPED.matcher(heading.toLowerCase(Locale.ROOT))
                        .replaceAll("")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void pagesThatOtherFilesNameExist() throws IOException {
        List<String> missing = new ArrayList<>();
        files(".*(?<!SiteTest)\\.(java|xml|yml)|\\.ci/\\w+|fsm-cli/botfsm|CONTRIBUTING\\.md")
                .forEach((file, text) -> {
                    for (MatchResult page : PAGE.matcher(text).results().toList()) {
                        if (!Files.exists(ROOT.resolve(page.group()))) {
                            missing.add(ROOT.relativize(file) + ": " + page.group());
                        }
                    }
                });
        assertThat(missing).isEmpty();
    }

    /** The texts of the files whose path, relative to the root, matches the pattern. */
    static Map<Path, String> files(String name) throws IOException {
        Pattern wanted = Pattern.compile(name);
        Map<Path, String> files = new HashMap<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return directory.endsWith("target") || directory.endsWith(".git")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String path = ROOT.relativize(file).toString().replace('\\', '/');
                if (wanted.matcher(path).matches()) {
                    files.put(file, Files.readString(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
