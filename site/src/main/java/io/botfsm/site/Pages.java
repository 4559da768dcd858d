package io.botfsm.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The pages of the site: {@code README.md} and every Markdown file below {@code docs}. */
final class Pages {
    private static final String FOLDER_PAGE = "README.md";

    private final Path repository;
    private final SortedMap<String, Page> byPath = new TreeMap<>();

    Pages(Path repository) throws IOException {
        this.repository = repository;
        add(repository.resolve(FOLDER_PAGE));
        try (Stream<Path> files = Files.walk(repository.resolve("docs"))) {
            for (Path file :
                    (Iterable<Path>) files.filter(file -> file.toString().endsWith(".md"))::iterator) {
                add(file);
            }
        }
    }

    private void add(Path file) throws IOException {
        String path = repository.relativize(file).toString().replace('\\', '/');
        byPath.put(path, new Page(path, Files.readString(file)));
    }

    Collection<Page> all() {
        return byPath.values();
    }

    /** The page of a file, or that of a folder. */
    Optional<Page> at(String path) {
        String inFolder = path.isEmpty() || path.endsWith("/") ? path + FOLDER_PAGE : path + "/" + FOLDER_PAGE;
        return Optional.ofNullable(byPath.get(path)).or(() -> Optional.ofNullable(byPath.get(inFolder)));
    }
}
