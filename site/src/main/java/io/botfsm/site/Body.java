package io.botfsm.site;

import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Turns a page into HTML: links lead to the site, headings have anchors, wide tables scroll. Reports what could make a
 * browser load something: images, and all but the simplest HTML.
 */
final class Body extends AbstractVisitor {
    private static final Pattern COMMENTS = Pattern.compile("(<!--.*?-->\\s*)+", Pattern.DOTALL);
    private static final Pattern HARMLESS = Pattern.compile("</?(sub|sup|br|kbd)\\s*/?>|<!--.*-->", Pattern.DOTALL);

    private final Page page;
    private final Links links;
    private final Problems problems;

    private Body(Page page, Links links, Problems problems) {
        this.page = page;
        this.links = links;
        this.problems = problems;
    }

    /** Renders the page; modifies its document. */
    static String of(Page page, Links links, Problems problems) {
        page.document().accept(new Body(page, links, problems));
        return HtmlRenderer.builder()
                .extensions(Page.EXTENSIONS)
                .attributeProviderFactory(context -> (node, tag, attributes) -> {
                    if (node instanceof Heading heading) {
                        attributes.put("id", page.anchor(heading));
                    } else if (tag.equals("pre")) {
                        attributes.put("tabindex", "0"); // so that it scrolls by keyboard
                    }
                })
                .build()
                .render(page.document());
    }

    @Override
    public void visit(Heading heading) {
        super.visit(heading);
        if (heading.getLevel() > 1) {
            HtmlInline link = new HtmlInline();
            link.setLiteral("<a class=\"anchor\" href=\"#" + page.anchor(heading)
                    + "\" aria-label=\"Link to this section\">#</a>");
            heading.appendChild(link);
        }
    }

    @Override
    public void visit(Link link) {
        super.visit(link);
        link.setDestination(links.rewritten(page, link));
    }

    @Override
    public void visit(CustomBlock block) {
        super.visit(block);
        if (block instanceof TableBlock) {
            enclose(block, "<div class=\"table\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">", "</div>");
        }
    }

    @Override
    public void visit(FencedCodeBlock block) {
        if (block.getInfo().equals("mermaid")) {
            enclose(block, "<details><summary>Diagram, as text (Mermaid)</summary>", "</details>");
        }
    }

    @Override
    public void visit(Image image) {
        problems.add(page, image, "image " + image.getDestination() + ": the site has none");
    }

    @Override
    public void visit(HtmlBlock block) {
        if (COMMENTS.matcher(block.getLiteral()).matches()) {
            block.unlink();
        } else {
            problems.add(page, block, "HTML, which the site refuses");
        }
    }

    @Override
    public void visit(HtmlInline inline) {
        if (!HARMLESS.matcher(inline.getLiteral()).matches()) {
            problems.add(page, inline, "HTML " + inline.getLiteral() + ", which the site refuses");
        }
    }

    private static void enclose(Node node, String before, String after) {
        node.insertBefore(html(before));
        node.insertAfter(html(after));
    }

    private static HtmlBlock html(String literal) {
        HtmlBlock block = new HtmlBlock();
        block.setLiteral(literal);
        return block;
    }
}
