package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java block of README and docs is a region of a test here, to the letter. */
class DocsShowCompiledCodeTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path SOURCES = Path.of("src", "test", "java");
    private static final Pattern REGION = Pattern.compile("(?ms)^ *// snippet: (\\S+)\\n(.*?)^ *// end\\n");
    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^(?:<!-- snippet: (\\S+) -->\\n)?```java\\n(.*?)^```\\n");

    @Test
    void everyJavaBlockIsARegionOfATest() throws IOException {
        Map<String, String> regions = regions();
        List<String> blocks = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                String where = ROOT.relativize(page) + ": " + block.group(1);
                blocks.add(where);
                assertThat(block.group(1))
                        .as("a Java block without its snippet's name in %s", page)
                        .isNotNull();
                assertThat(block.group(2)).as(where).isEqualTo(regions.get(block.group(1)));
            }
        }
        assertThat(blocks).as("Java blocks found").hasSizeGreaterThanOrEqualTo(5);
    }

    private static Map<String, String> regions() throws IOException {
        Map<String, String> regions = new HashMap<>();
        for (Path source : files(SOURCES, ".java")) {
            Matcher region = REGION.matcher(Files.readString(source));
            while (region.find()) {
                assertThat(regions.put(
                                region.group(1), region.group(2).stripTrailing().stripIndent() + "\n"))
                        .as("snippet %s stands twice", region.group(1))
                        .isNull();
            }
        }
        return regions;
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
        pages.add(ROOT.resolve("README.md"));
        return pages;
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
