package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The diagram of the flow in the docs matches its rules. {@code -Dbotfsm.draw=true} redraws it. */
class FlowDiagramTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "guides", "transitions.md")
            .toAbsolutePath()
            .normalize();
    private static final Pattern DRAWING =
            Pattern.compile("(?s)(<!-- diagram: onboarding -->\\n```mermaid\\n)(.*?)(```\\n)");

    @Test
    void theDocsShowTheFlowAsItIs() throws IOException {
        String flow = OnboardingFlow.FLOW.toMermaid();
        String page = Files.readString(PAGE);
        if (Boolean.getBoolean("botfsm.draw")) {
            page = DRAWING.matcher(page).replaceFirst("$1" + Matcher.quoteReplacement(flow) + "$3");
            Files.writeString(PAGE, page);
        }
        Matcher drawing = DRAWING.matcher(page);
        assertThat(drawing.find()).as("the drawing in %s", PAGE).isTrue();
        assertThat(drawing.group(2)).as("draw it anew with -Dbotfsm.draw=true").isEqualTo(flow);
    }
}
