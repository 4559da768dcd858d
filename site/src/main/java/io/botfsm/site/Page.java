package io.botfsm.site;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** A Markdown file, parsed. */
final class Page {
    static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());

    private static final Parser PARSER = Parser.builder()
            .extensions(EXTENSIONS)
            .includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES)
            .build();

    private final String path;
    private final Node document;
    private final Map<Heading, String> anchors = new LinkedHashMap<>();
    private final List<Link> links = new ArrayList<>();

    /** @param path from the root of the repository, with slashes */
    Page(String path, String markdown) {
        this.path = path;
        this.document = PARSER.parse(markdown);
        IdGenerator ids = IdGenerator.builder().build();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                anchors.put(heading, ids.generateId(text(heading).toLowerCase(Locale.ROOT)));
                super.visit(heading);
            }

            @Override
            public void visit(Link link) {
                links.add(link);
                super.visit(link);
            }
        });
    }

    String path() {
        return path;
    }

    Node document() {
        return document;
    }

    Set<Heading> headings() {
        return anchors.keySet();
    }

    List<Link> links() {
        return links;
    }

    /** The first heading, or the path if there is none. */
    String title() {
        return headings().stream().findFirst().map(Page::text).orElse(path);
    }

    String anchor(Heading heading) {
        return anchors.getOrDefault(heading, "");
    }

    boolean hasAnchor(String anchor) {
        return anchors.containsValue(anchor);
    }

    /** The address within the site of one version. */
    String address() {
        return path.replaceFirst("README\\.md$", "index.md").replaceFirst("\\.md$", ".html");
    }

    /** The relative path from this page to the root of its version's site; empty, or ends with a slash. */
    String toRoot() {
        return "../".repeat((int) path.chars().filter(c -> c == '/').count());
    }

    /**
     * What a link of this page leads to: an address elsewhere, or a slash, the path within the repository and the
     * anchor.
     *
     * @throws IllegalArgumentException if the link is no URI
     */
    URI target(Link link) {
        try {
            return URI.create("/" + path).resolve(link.getDestination());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": link " + link.getDestination() + " is no URI", e);
        }
    }

    /** The path within the repository to which a link leads; empty if it leads elsewhere. */
    String path(Link link) {
        URI target = target(link);
        return target.isAbsolute() ? "" : target.getPath().substring(1);
    }

    /** The text of a node, without its markup. */
    static String text(Node node) {
        StringBuilder text = new StringBuilder();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text part) {
                text.append(part.getLiteral());
            }

            @Override
            public void visit(Code part) {
                text.append(part.getLiteral());
            }

            @Override
            public void visit(SoftLineBreak lineBreak) {
                text.append(' ');
            }
        });
        return text.toString();
    }
}
