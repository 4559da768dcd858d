package io.botfsm.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A dialog that cannot work is refused while it is declared, with the state and the remedy. */
class FlowDefinitionTest {
    enum Step {
        FIRST,
        SECOND
    }

    enum Other {
        FOREIGN
    }

    record Nothing(@Nullable String value) {}

    private static void refused(Consumer<Dialog<String, String, Nothing>> declaration, String... words) {
        assertThatThrownBy(() -> Flow.of(Step.class, new Nothing(null), declaration))
                .isInstanceOf(FlowDefinitionException.class)
                .hasMessageContainingAll(words);
    }

    private static Dialog<String, String, Nothing> first(Dialog<String, String, Nothing> f) {
        return f.idle("idle").begin("/begin"::equals, Step.FIRST).state(Step.FIRST, FlowDefinitionTest::toSecond);
    }

    private static DialogState<String, String, Nothing> toSecond(DialogState<String, String, Nothing> s) {
        return s.ask("first?").to(Step.SECOND).answer((turn, text) -> turn.goTo(Step.SECOND));
    }

    @Test
    void oneThatCanWork() {
        Flow<String, String> flow =
                Flow.of(Step.class, new Nothing(null), f -> first(f).state(Step.SECOND, s -> s.ask("second.")));
        assertThat(flow.toMermaid()).contains("Step_FIRST --> Step_SECOND");
    }

    @Test
    void stateDeclaredTwice() {
        refused(f -> first(f).state(Step.FIRST, s -> s.ask("again")), "FIRST", "declared twice");
        refused(
                f -> first(f).byHand(
                                Set.of(Step.FIRST),
                                (turn, in) -> Optional.<String>empty().stream().toList(),
                                now -> java.util.List.of()),
                "FIRST",
                "declared twice");
    }

    @Test
    void nothingToSayWhereThereIsNoConversation() {
        refused(
                f -> f.begin("/begin"::equals, Step.FIRST)
                        .state(Step.FIRST, FlowDefinitionTest::toSecond)
                        .state(Step.SECOND, s -> s.ask("second.")),
                "idle(...)");
        refused(f -> f.idle("a").idle("b"), "idle(...) is declared twice");
    }

    @Test
    void statesOfAnotherEnum() {
        refused(f -> f.begin("/begin"::equals, Other.FOREIGN), "FOREIGN", Other.class.getName());
        refused(f -> f.state(Other.FOREIGN, s -> s.ask("?")), "FOREIGN");
        refused(f -> f.state(Step.FIRST, s -> s.ask("?").to(Other.FOREIGN)), "FIRST", "to(FOREIGN)");
        refused(f -> f.when("x"::equals, (turn, in) -> turn.again(), Other.FOREIGN), "FOREIGN");
    }

    @Test
    void twoQuestionsOrAnswers() {
        refused(f -> f.state(Step.FIRST, s -> s.ask("?").ask("!")), "FIRST", "asks twice");
        refused(
                f -> f.state(
                        Step.FIRST,
                        s -> s.ask("?").answer((turn, in) -> turn.again()).answer((turn, in) -> turn.again())),
                "FIRST",
                "two answer(...)");
    }

    private static final SubFlow<String, String, Nothing> SUB = SubFlow.of(
            Other.class,
            new Nothing(null),
            f -> f.state(Other.FOREIGN, s -> s.ask("?").ends().answer((turn, in) -> turn.done())));

    @Test
    void aStateThatCallsIsNotAskedItself() {
        refused(
                f -> f.state(
                        Step.FIRST, s -> s.ask("?").to(Step.SECOND).call(SUB, (turn, back) -> turn.goTo(Step.SECOND))),
                "FIRST",
                "calls a sub-dialog");
        refused(f -> f.state(Step.FIRST, s -> s.call(SUB, (turn, back) -> turn.again())), "FIRST", "inescapable");
        refused(
                f -> f.state(
                        Step.FIRST,
                        s -> s.call(SUB, (turn, back) -> turn.again()).call(SUB, (turn, back) -> turn.again())),
                "FIRST",
                "two call(...)");
    }

    @Test
    void twoCommandsThatCallTheSame() {
        refused(
                f -> f.call("a"::equals, SUB, (turn, back) -> turn.again())
                        .call("b"::equals, SUB, (turn, back) -> turn.again()),
                "Other",
                "remove one call(...)");
    }

    @Test
    void aSubDialogThatReturnsFromNowhereOrBeginsByItself() {
        assertThatThrownBy(() -> SubFlow.<String, String, Nothing, Other>of(
                        Other.class,
                        new Nothing(null),
                        f -> f.state(
                                Other.FOREIGN, s -> s.ask("?").to(Other.FOREIGN).answer((turn, in) -> turn.again()))))
                .isInstanceOf(FlowDefinitionException.class)
                .hasMessageContainingAll("Other", "add ends()");
        assertThatThrownBy(() -> SubFlow.<String, String, Nothing, Other>of(
                        Other.class,
                        new Nothing(null),
                        f -> f.begin("/x"::equals, Other.FOREIGN)
                                .state(Other.FOREIGN, s -> s.ask("?").ends().answer((turn, in) -> turn.done()))))
                .isInstanceOf(FlowDefinitionException.class)
                .hasMessageContaining("for the flows that call it");
    }

    @Test
    void workWithoutAWayOn() {
        refused(
                f -> f.state(Step.FIRST, s -> s.work(job -> "done", (turn, result) -> turn.again())),
                "FIRST",
                "inescapable");
        refused(
                f -> f.state(
                        Step.FIRST,
                        s -> s.work(job -> 1, (turn, one) -> turn.again()).work(job -> 2, (turn, two) -> turn.again())),
                "FIRST",
                "two work(...)");
        refused(
                f -> f.state(
                        Step.FIRST,
                        s -> s.work(job -> 1, (turn, one) -> turn.again())
                                .to(Step.SECOND)
                                .answer((turn, in) -> turn.goTo(Step.SECOND))),
                "FIRST",
                "silent");
    }

    @Test
    void timeoutsThatCannotBe() {
        assertThatThrownBy(() -> Flow.<String, String, Nothing, Step>of(
                        Step.class, new Nothing(null), f -> f.after(Duration.ZERO, turn -> turn.again())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }

    enum None {}

    @Test
    void noStates() {
        assertThatThrownBy(() ->
                        Flow.<String, String, Nothing, None>of(None.class, new Nothing(null), f -> f.idle("idle")))
                .isInstanceOf(FlowDefinitionException.class)
                .hasMessageContaining("no states");
    }

    @Test
    void aRefusalNamesWhatIsWrong() {
        FlowDefinitionException refusal = org.assertj.core.api.Assertions.catchThrowableOfType(
                FlowDefinitionException.class,
                () -> Flow.<String, String, Nothing, Step>of(
                        Step.class, new Nothing(null), f -> first(f).state(Step.SECOND, s -> {})));
        assertThat(refusal.states()).isEqualTo(Step.class);
        assertThat(refusal.state()).contains(Step.SECOND);
        assertThat(refusal.getStackTrace())
                .as("at the line of the mistake")
                .anyMatch(at -> at.getMethodName().contains("aRefusalNamesWhatIsWrong"));
    }

    @Test
    void twoFlowsUnderOneGroup() {
        Flow<String, String> flow =
                Flow.of(Step.class, new Nothing(null), f -> first(f).state(Step.SECOND, s -> s.ask("second.")));
        assertThatThrownBy(() -> Flow.join(flow, flow))
                .isInstanceOf(FlowDefinitionException.class)
                .hasMessageContainingAll("\"Step\"", "names.group(...)");
    }

    @Test
    void timeoutThatNeverFires() {
        refused(
                f -> f.state(
                        Step.FIRST,
                        s -> s.work(job -> 1, (turn, one) -> turn.goTo(Step.SECOND))
                                .after(Duration.ofHours(1), turn -> turn.goTo(Step.SECOND), Step.SECOND)),
                "FIRST",
                "never be due",
                "after(...)",
                "dialog");
    }
}
