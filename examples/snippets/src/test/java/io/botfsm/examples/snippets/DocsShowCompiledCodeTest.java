package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java block of README and docs is exactly a region of a test here or of the Spring bot; a region may contain
 * others. A block that is marked {@code with imports} begins with the imports that the region needs, so that it can be
 * copied whole, except for those of example types, whose copies are in one package. The hello bot is a region as a
 * whole.
 *
 * <p>{@code -Dbotfsm.snippets=true} writes the regions into the pages.
 */
class DocsShowCompiledCodeTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path SPRING_BOT = ROOT.resolve("examples/spring-bot/src");
    private static final Path SOURCES = Path.of("src", "test", "java");
    private static final Path HELLO_BOT =
            ROOT.resolve("examples/hello-bot/src/main/java/io/botfsm/examples/hello/HelloBot.java");
    private static final Pattern BEGIN = Pattern.compile(" *// snippet: (\\S+)");
    private static final Pattern END = Pattern.compile(" *// end");
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^import (static )?(?!io\\.botfsm\\.examples\\.)[\\w.]+\\.(\\w+);\\n");
    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^(?:<!-- snippet: (\\S+?)( with imports)? -->\\n)?```java\\n(.*?)^```\\n");

    /** A region, and the imports of its file that it needs. */
    private record Region(String code, String imports) {
        boolean isClass() {
            return code.matches("(?s)(public |final |abstract )*class .*");
        }
    }

    @Test
    void everyJavaBlockIsARegionOfATest() throws IOException {
        Map<String, Region> regions = regions();
        List<String> blocks = new ArrayList<>();
        for (Path page : pages()) {
            if (Boolean.getBoolean("botfsm.snippets")) {
                Files.writeString(
                        page,
                        BLOCK.matcher(Files.readString(page))
                                .replaceAll(block -> Matcher.quoteReplacement(rewritten(block, regions))));
            }
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                String where = ROOT.relativize(page) + ": " + block.group(1);
                blocks.add(where);
                assertThat(block.group(1))
                        .as("a Java block without its snippet's name in %s", page)
                        .isNotNull();
                assertThat(regions).as(where).containsKey(block.group(1));
                Region region = regions.get(block.group(1));
                assertThat(block.group(3)).as(where).isEqualTo(shown(region, block.group(2) != null));
                assertThat(region.isClass() && block.group(2) == null)
                        .as("a whole class without its imports in %s", where)
                        .isFalse();
            }
        }
        assertThat(blocks).as("Java blocks found").hasSizeGreaterThanOrEqualTo(5);
    }

    private static String shown(Region region, boolean withImports) {
        return withImports ? region.imports() + "\n" + region.code() : region.code();
    }

    private static String rewritten(MatchResult block, Map<String, Region> regions) {
        Region region = regions.get(block.group(1));
        return region == null
                ? block.group()
                : block.group().substring(0, block.start(3) - block.start())
                        + shown(region, block.group(2) != null)
                        + "```\n";
    }

    private static Map<String, Region> regions() throws IOException {
        Map<String, Region> regions = new HashMap<>();
        List<Path> sources = new ArrayList<>(files(SOURCES, ".java"));
        sources.addAll(files(SPRING_BOT, ".java"));
        for (Path file : sources) {
            String source = Files.readString(file);
            Deque<String> open = new ArrayDeque<>();
            Map<String, StringBuilder> code = new HashMap<>();
            for (String line : source.lines().toList()) {
                Matcher begin = BEGIN.matcher(line);
                if (begin.matches()) {
                    open.push(begin.group(1));
                    assertThat(code.put(begin.group(1), new StringBuilder()))
                            .as("snippet %s stands twice in %s", begin.group(1), file)
                            .isNull();
                } else if (END.matcher(line).matches()) {
                    String name = open.pop();
                    String text = code.get(name).toString().stripTrailing().stripIndent() + "\n";
                    assertThat(regions.put(name, new Region(text, imports(source, text))))
                            .as("snippet %s stands twice", name)
                            .isNull();
                } else {
                    open.forEach(name -> code.get(name).append(line).append('\n'));
                }
            }
            assertThat(open).as("snippets without an end in %s", file).isEmpty();
        }
        String bot = Files.readString(HELLO_BOT);
        String code = bot.substring(bot.indexOf("public class"));
        regions.put("hello-bot", new Region(code, imports(bot, code)));
        return regions;
    }

    /** The imports that the code needs: static ones, an empty line, the others. */
    private static String imports(String source, String code) {
        Map<Boolean, String> imports = IMPORT.matcher(source)
                .results()
                .filter(found -> Pattern.compile("\\b" + found.group(2) + "\\b")
                        .matcher(code)
                        .find())
                .collect(Collectors.partitioningBy(
                        found -> found.group(1) != null, Collectors.mapping(MatchResult::group, Collectors.joining())));
        String statics = imports.get(true);
        return statics.isEmpty() ? imports.get(false) : statics + "\n" + imports.get(false);
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
