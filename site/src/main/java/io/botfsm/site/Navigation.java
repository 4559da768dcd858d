package io.botfsm.site;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.Link;

/**
 * The menu, in the order of {@code docs/README.md}: a link to a folder of {@code docs} begins its section, the links to
 * pages of this folder that follow are its entries. The {@code README.md} of a folder within a section gives the
 * entries of that folder.
 */
final class Navigation {
    private static final String INDEX = "docs/README.md";
    private static final Pattern FOLDER = Pattern.compile("(docs/([^/.]+))/?");

    record Section(String title, List<Entry> entries) {}

    record Entry(Page page, List<Entry> entries) {
        boolean contains(Page other) {
            return page == other || entries.stream().anyMatch(entry -> entry.contains(other));
        }
    }

    private final Pages pages;
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final Set<Page> placed = new HashSet<>();

    Navigation(Pages pages, Problems problems) {
        this.pages = pages;
        Page index = pages.at(INDEX).orElseThrow(() -> new IllegalArgumentException(INDEX + " is missing"));
        placed.add(index);
        String folder = "/"; // matches no page
        List<Entry> entries = new ArrayList<>();
        for (Link link : index.links()) {
            Matcher begins = FOLDER.matcher(index.path(link));
            if (begins.matches()) {
                folder = begins.group(1) + "/";
                entries = new ArrayList<>();
                sections.put(folder, new Section(capitalized(begins.group(2)), entries));
            } else {
                entries.addAll(entries(index, link, folder));
            }
        }
        pages.all().stream()
                .filter(page -> page.path().startsWith("docs/") && !placed.contains(page))
                .forEach(page -> problems.add(
                        page,
                        "not in the menu: add a link after that to its folder in " + INDEX
                                + ", or in the README.md of its folder"));
    }

    List<Section> sections() {
        return List.copyOf(sections.values());
    }

    /** The first page of a section, by the path of its folder. */
    Optional<Page> firstOf(String path) {
        return Optional.ofNullable(sections.get(path.endsWith("/") ? path : path + "/"))
                .flatMap(section -> section.entries().stream().findFirst())
                .map(Entry::page);
    }

    /** An entry for the page to which the link leads, if the page is in the folder and has no entry yet. */
    private List<Entry> entries(Page from, Link link, String folder) {
        return pages.at(from.path(link)).filter(page -> page.path().startsWith(folder)).filter(placed::add).stream()
                .map(page -> new Entry(page, entriesOfFolder(page)))
                .toList();
    }

    private List<Entry> entriesOfFolder(Page page) {
        if (!page.path().matches("docs/[^/]+/.+/README\\.md")) {
            return List.of();
        }
        String folder = page.path().substring(0, page.path().lastIndexOf('/') + 1);
        return page.links().stream()
                .flatMap(link -> entries(page, link, folder).stream())
                .toList();
    }

    private static String capitalized(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }
}
