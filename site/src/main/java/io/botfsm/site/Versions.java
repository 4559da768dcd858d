package io.botfsm.site;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** The versions that a site has, each in its folder, the latest first: releases before snapshots and pre-releases. */
final class Versions {
    private static final Comparator<String> LATEST_FIRST = Comparator.comparing(
                    (String version) -> version.contains("-"))
            .thenComparing(Version::parse, Comparator.reverseOrder());

    private Versions() {}

    /** Writes the list of versions, and the pages that lead to the latest. */
    static void write(Path site) throws IOException {
        List<String> versions = Folders.in(site).stream()
                .filter(name -> Character.isDigit(name.charAt(0)))
                .sorted(LATEST_FIRST)
                .toList();
        String latest = versions.get(0) + "/";
        Files.writeString(site.resolve("versions.html"), Folders.list("Versions", latest, versions));
        Files.writeString(site.resolve("index.html"), Folders.redirect(latest + "index.html"));
        Files.createDirectories(site.resolve("latest"));
        Files.writeString(site.resolve("latest/index.html"), Folders.redirect("../" + latest + "index.html"));
    }
}
