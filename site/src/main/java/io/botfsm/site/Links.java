package io.botfsm.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.commonmark.node.Link;

/** Where the links of the pages lead on the site: to pages, or to the files of the repository where it is published. */
final class Links {
    private final Path repository;
    private final Pages pages;
    private final Navigation navigation;
    private final String published;
    private final String revision;
    private final Problems problems;

    /**
     * @param published the address of the repository
     * @param revision a tag or branch
     */
    Links(Path repository, Pages pages, Navigation navigation, String published, String revision, Problems problems) {
        this.repository = repository;
        this.pages = pages;
        this.navigation = navigation;
        this.published = published;
        this.revision = revision;
        this.problems = problems;
    }

    /** The address of a file or folder of the repository where it is published. */
    String source(String path) {
        return published + (Files.isDirectory(repository.resolve(path)) ? "/tree/" : "/blob/") + revision + "/" + path;
    }

    /** The address to which a link leads on the site; a broken link is reported and stays as it is. */
    String rewritten(Page from, Link link) {
        URI target = from.target(link);
        if (target.isAbsolute()) {
            return link.getDestination();
        }
        String path = from.path(link);
        String anchor = target.getFragment();
        Optional<Page> page = pages.at(path).or(() -> navigation.firstOf(path));
        Path file = repository.resolve(path);
        if (page.isEmpty() && (path.startsWith("..") || !Files.exists(file))) {
            return broken(from, link, "no such file");
        }
        boolean hasHeadings = page.isPresent() || path.endsWith(".md");
        if (anchor != null
                && hasHeadings
                && !page.orElseGet(() -> read(path, file)).hasAnchor(anchor)) {
            return broken(from, link, "no such heading");
        }
        String fragment = anchor == null ? "" : "#" + target.getRawFragment();
        return page.map(found -> from == found && anchor != null ? "" : from.toRoot() + found.address())
                        .orElseGet(() -> source(path))
                + fragment;
    }

    private String broken(Page from, Link link, String reason) {
        problems.add(from, link, "broken link " + link.getDestination() + ": " + reason);
        return link.getDestination();
    }

    private static Page read(String path, Path file) {
        try {
            return new Page(path, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
