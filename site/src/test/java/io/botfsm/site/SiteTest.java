package io.botfsm.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteTest {
    @TempDir
    private Path folder;

    private Path repository;

    @BeforeEach
    void aRepositoryOfFourPages() throws IOException {
        repository = folder.resolve("repository");
        write("README.md", "# Bots\n\nRead [the first](docs/start/first.md#set-up-it).");
        write(
                "docs/README.md",
                "# Documentation\n\n[begin](start/), [first page](start/first.md), [ref](ref/), [last](ref/last.md)");
        write("docs/start/first.md", "# First\n\n## Set up `It`\n\ntext\n\n## Set up `It`\n");
        write("docs/ref/last.md", "# Last\n");
        write("code/Main.java", "");
    }

    private void write(String path, String text) throws IOException {
        Path file = repository.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> render(String version) throws IOException {
        return Site.render(repository, folder.resolve("site"), version, "https://example.org/bots");
    }

    private String page(String path) throws IOException {
        return Files.readString(folder.resolve("site").resolve(path));
    }

    @Test
    void linksLeadToPagesAndToTheRepository() throws IOException {
        write("docs/ref/last.md", """
                # Last
                [a](../start/first.md#set-up-it-1) [b](#last) [c](../../README.md) [d](../start/) [e](https://example.com/x.md)
                [f](../../code/Main.java#L1) [g](../../code)
                """);

        assertThat(render("1.0")).isEmpty();
        assertThat(page("1.0/docs/ref/last.html"))
                .contains("<a href=\"../../docs/start/first.html#set-up-it-1\">a</a>")
                .contains("<a href=\"#last\">b</a>")
                .contains("<a href=\"../../index.html\">c</a>")
                .contains("<a href=\"../../docs/start/first.html\">d</a>")
                .contains("<a href=\"https://example.com/x.md\">e</a>")
                .contains("<a href=\"https://example.org/bots/blob/v1.0/code/Main.java#L1\">f</a>")
                .contains("<a href=\"https://example.org/bots/tree/v1.0/code\">g</a>")
                .contains("https://example.org/bots/blob/v1.0/docs/ref/last.md");
        assertThat(page("1.0/docs/start/first.html")).contains("<h2 id=\"set-up-it\">", "<h2 id=\"set-up-it-1\">");
    }

    @Test
    void brokenLinksAreReported() throws IOException {
        write("CONTRIBUTING.md", "# Contributing\n");
        write(
                "docs/ref/last.md",
                "# Last\n\n[a](gone.md)\n[b](../start/first.md#gone) [c](#gone) [d](../../CONTRIBUTING.md#gone) [e](../../../x)");

        assertThat(render("1.0"))
                .containsExactly(
                        "docs/ref/last.md:3: broken link gone.md: no such file",
                        "docs/ref/last.md:4: broken link ../start/first.md#gone: no such heading",
                        "docs/ref/last.md:4: broken link #gone: no such heading",
                        "docs/ref/last.md:4: broken link ../../CONTRIBUTING.md#gone: no such heading",
                        "docs/ref/last.md:4: broken link ../../../x: no such file");
    }

    @Test
    void aPageWithoutAnEntryInTheMenuIsReported() throws IOException {
        write("docs/start/hidden.md", "# Hidden\n");

        assertThat(render("1.0"))
                .singleElement()
                .asString()
                .startsWith("docs/start/hidden.md: not in the menu: add a link");
    }

    @Test
    void theMenuFollowsTheIndex() throws IOException {
        write("docs/ref/why/README.md", "# Why\n[because](because.md) [first](../../start/first.md)\n");
        write("docs/ref/why/because.md", "# Because\n");
        write(
                "docs/README.md",
                "# Documentation\n[r](ref/) [s](start/first.md) [w](ref/why/) [l](ref/last.md) [b](start) [f](start/first.md)");

        assertThat(render("1.0")).isEmpty();
        assertThat(page("1.0/docs/ref/why/because.html"))
                .containsSubsequence(">Ref<", ">Why</a>", ">Because</a>", ">Last</a>", ">Start<", ">First</a>")
                .contains("docs/ref/why/because.html\" aria-current=\"page\">");
    }

    @Test
    void nothingIsLoadedFromElsewhere() throws IOException {
        write("docs/ref/last.md", """
                # Last
                ![a](https://example.com/a.png) <img src="b.png"> 2<sup>3</sup>

                <!-- a comment -->

                <script src="https://example.com/c.js"></script>
                """);

        assertThat(render("1.0"))
                .containsExactly(
                        "docs/ref/last.md:2: image https://example.com/a.png: the site has none",
                        "docs/ref/last.md:2: HTML <img src=\"b.png\">, which the site refuses",
                        "docs/ref/last.md:6: HTML, which the site refuses");
    }

    @Test
    void theLatestReleaseIsTheFirstPage() throws IOException {
        for (String version : List.of("0.9", "0.10", "0.11-SNAPSHOT")) {
            assertThat(render(version)).isEmpty();
        }

        assertThat(page("versions.html")).containsSubsequence(">0.10</a>", ">0.9</a>", ">0.11-SNAPSHOT</a>");
        assertThat(page("index.html")).contains("url=0.10/index.html");
        assertThat(page("latest/index.html")).contains("url=../0.10/index.html");
    }
}
