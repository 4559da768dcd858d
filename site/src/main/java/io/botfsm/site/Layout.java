package io.botfsm.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.Heading;

/** What surrounds the text of every page: head, menu, contents and footer. */
final class Layout {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");
    private static final int FEWEST_CONTENTS = 3;

    private final String template = resource("page.html");
    private final Navigation navigation;
    private final String version;
    private final boolean hasApi;

    Layout(Navigation navigation, String version, boolean hasApi) {
        this.navigation = navigation;
        this.version = version;
        this.hasApi = hasApi;
    }

    String page(Page page, String body, String source) {
        Map<String, String> values = Map.of(
                "title", escaped(page.title()),
                "version", escaped(version),
                "root", page.toRoot(),
                "api", hasApi ? "<a href=\"" + page.toRoot() + "api/index.html\">API</a>" : "",
                "menu", menu(page),
                "contents", contents(page),
                "body", body,
                "source", escaped(source));
        return PLACEHOLDER
                .matcher(template)
                .replaceAll(placeholder -> Matcher.quoteReplacement(
                        Objects.requireNonNull(values.get(placeholder.group(1)), placeholder.group())));
    }

    private String menu(Page page) {
        StringBuilder html = new StringBuilder();
        for (Navigation.Section section : navigation.sections()) {
            html.append("<p>").append(escaped(section.title())).append("</p>\n");
            appendEntries(html, section.entries(), page);
        }
        return html.toString();
    }

    private static void appendEntries(StringBuilder html, List<Navigation.Entry> entries, Page page) {
        html.append("<ul>\n");
        for (Navigation.Entry entry : entries) {
            html.append("<li><a href=\"")
                    .append(page.toRoot())
                    .append(entry.page().address())
                    .append(entry.page() == page ? "\" aria-current=\"page\">" : "\">")
                    .append(escaped(entry.page().title()))
                    .append("</a>");
            if (!entry.entries().isEmpty() && entry.contains(page)) {
                appendEntries(html, entry.entries(), page);
            }
            html.append("</li>\n");
        }
        html.append("</ul>\n");
    }

    /** The table of contents; empty for a page with fewer than {@value #FEWEST_CONTENTS} sections. */
    private static String contents(Page page) {
        List<Heading> sections =
                page.headings().stream().filter(h -> h.getLevel() == 2).toList();
        if (sections.size() < FEWEST_CONTENTS) {
            return "";
        }
        StringBuilder html = new StringBuilder("""
                <details class="contents"><summary>On this page</summary>
                <nav aria-label="On this page">
                <p>On this page</p>
                <ul>
                """);
        for (Heading section : sections) {
            html.append("<li><a href=\"#")
                    .append(page.anchor(section))
                    .append("\">")
                    .append(escaped(Page.text(section)))
                    .append("</a></li>\n");
        }
        return html.append("</ul></nav></details>").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Layout.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
