package io.botfsm.site;

import java.util.ArrayList;
import java.util.List;
import org.commonmark.node.Node;

/** What is wrong with the pages, one line for each. */
final class Problems {
    private final List<String> lines = new ArrayList<>();

    void add(Page page, String problem) {
        lines.add(page.path() + ": " + problem);
    }

    void add(Page page, Node node, String problem) {
        lines.add(page.path() + ":" + (node.getSourceSpans().get(0).getLineIndex() + 1) + ": " + problem);
    }

    List<String> lines() {
        return lines;
    }
}
