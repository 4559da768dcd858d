package io.botfsm.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The program that {@code site/build} and the build run. */
public final class Site {
    private Site() {}

    /**
     * Renders the pages of one version, and exits with status 1 if one is broken.
     *
     * @param args the root of the repository, the folder of the site, the version, and the address at which the
     *     repository is published
     */
    public static void main(String[] args) throws IOException {
        List<String> problems = render(Path.of(args[0]).normalize(), Path.of(args[1]), args[2], args[3]);
        if (!problems.isEmpty()) {
            problems.forEach(System.err::println);
            System.exit(1);
        }
    }

    /** Returns what is wrong with the pages; empty if nothing is. */
    static List<String> render(Path repository, Path site, String version, String published) throws IOException {
        Path out = site.resolve(version);
        Problems problems = new Problems();
        Pages pages = new Pages(repository);
        Navigation navigation = new Navigation(pages, problems);
        String revision = version.endsWith("-SNAPSHOT") ? "HEAD" : "v" + version;
        Links links = new Links(repository, pages, navigation, published, revision, problems);
        Path api = out.resolve("api");
        boolean hasApi = Files.isDirectory(api);
        Layout layout = new Layout(navigation, version, hasApi);
        for (Page page : pages.all()) {
            Path file = out.resolve(page.address());
            Files.createDirectories(file.getParent());
            Files.writeString(file, layout.page(page, Body.of(page, links, problems), links.source(page.path())));
        }
        Files.writeString(out.resolve("site.css"), Layout.resource("site.css"));
        if (hasApi) {
            List<String> modules = Folders.in(api).stream().sorted().toList();
            Files.writeString(api.resolve("index.html"), Folders.list("API of the modules", "../", modules));
        }
        Versions.write(site);
        return problems.lines();
    }
}
