package io.botfsm.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Pages that lead to folders beside them. */
final class Folders {
    private Folders() {}

    static List<String> in(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(Files::isDirectory)
                    .forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    /** @param root the relative path to the site of the version whose style sheet the page uses */
    static String list(String title, String root, List<String> folders) {
        StringBuilder html = new StringBuilder("<h1>" + title + "</h1>\n<ul>\n");
        folders.forEach(folder ->
                html.append("<li>").append(link(folder + "/index.html", folder)).append("</li>\n"));
        return page("<link rel=\"stylesheet\" href=\"" + root + "site.css\">\n", html + "</ul>\n");
    }

    static String redirect(String address) {
        return page(
                "<meta http-equiv=\"refresh\" content=\"0; url=" + Layout.escaped(address) + "\">\n",
                "<p>" + link(address, "The latest version") + "</p>\n");
    }

    private static String link(String address, String text) {
        return "<a href=\"" + Layout.escaped(address) + "\">" + Layout.escaped(text) + "</a>";
    }

    private static String page(String head, String body) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>botfsm</title>
                """ + head + "</head>\n<body>\n<main>\n" + body + "</main>\n</body>\n</html>\n";
    }
}
