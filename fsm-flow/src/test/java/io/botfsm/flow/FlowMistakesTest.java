package io.botfsm.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.StorageKey;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Mistakes in declarations, each with its whole message: one error, by the compiler or when the flow is built, at the
 * line of the mistake; or, if the mistake is in a handler, when that first runs.
 */
class FlowMistakesTest {
    enum Step {
        FIRST,
        SECOND
    }

    enum Other {
        FOREIGN
    }

    record Data(@Nullable String text) {}

    @Nested
    class ByTheCompiler {
        private static final String HERE = "/Mistake.java:7: error: ";

        @Test
        void ruleF07_aHandlerThatReturnsNoDecision() {
            assertThat(errors("s.answer((turn, text) -> { turn.goTo(Step.SECOND); });"))
                    .containsExactly(
                            HERE + "incompatible types: bad return type in lambda expression",
                            "    missing return value",
                            "1 error");
            assertThat(errors("s.answer((turn, text) -> turn.say(text));"))
                    .containsExactly(
                            HERE + "incompatible types: bad return type in lambda expression",
                            "    FlowTurn<String,Data> cannot be converted to Next",
                            "1 error");
        }

        @Test
        void ruleF07_dataOfAnotherType() {
            assertThat(errors("s.answer((turn, text) -> turn.data(text).goTo(Step.SECOND));"))
                    .containsExactly(HERE + "incompatible types: String cannot be converted to Data", "1 error");
        }

        @Test
        void ruleF07_aStateThatIsNoConstant() {
            assertThat(errors("s.answer((turn, text) -> turn.goTo(\"SECOND\"));"))
                    .containsExactly(HERE + "incompatible types: String cannot be converted to Enum<?>", "1 error");
        }

        @Test
        void ruleF07_aQuestionOfAnotherType() {
            assertThat(errors("s.ask(data -> 42);"))
                    .containsExactly(
                            HERE + "incompatible types: bad return type in lambda expression",
                            "    int cannot be converted to String",
                            "1 error");
        }

        /** Returns what the compiler says about a flow with this line in its first state. */
        private List<String> errors(String line) {
            String source = """
                    import io.botfsm.flow.Flow;
                    class Mistake {
                        enum Step { FIRST, SECOND }
                        record Data(String text) {}
                        static final Flow<String, String> FLOW = Flow.of(Step.class, new Data(null), f -> {
                            f.idle("idle").begin("/begin"::equals, Step.FIRST);
                            f.state(Step.FIRST, s -> { s.to(Step.SECOND); LINE });
                        });
                    }
                    """.replace("LINE", line);
            StringWriter output = new StringWriter();
            boolean isCompiled = ToolProvider.getSystemJavaCompiler()
                    .getTask(
                            output,
                            null,
                            null,
                            List.of("-proc:none", "-cp", System.getProperty("java.class.path")),
                            null,
                            List.of(new SourceText(source)))
                    .call();
            assertThat(isCompiled).isFalse();
            return output.toString()
                    .lines()
                    .filter(text -> !text.contains(line) && !text.startsWith("Note: ") && !text.isBlank())
                    .filter(text -> !text.strip().equals("^"))
                    .toList();
        }
    }

    private static final class SourceText extends SimpleJavaFileObject {
        private final String text;

        SourceText(String text) {
            super(URI.create("string:///Mistake.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    @Nested
    class WhenItIsBuilt {
        @Test
        void ruleF07_aSilentState() {
            refused(
                    f -> first(f).state(Step.SECOND, s -> s.answer((turn, text) -> turn.end())),
                    "flow Step, state SECOND: it is silent, so the user cannot know what to answer; add ask(...)");
        }

        @Test
        void ruleF07_anInescapableState() {
            refused(
                    f -> first(f).state(Step.SECOND, s -> s.ask("?").answer((turn, text) -> turn.again())),
                    "flow Step, state SECOND: it is inescapable, since its handlers cannot go anywhere; add to(...) or"
                            + " ends()");
        }

        @Test
        void ruleF07_exitsThatNothingTakes() {
            refused(
                    f -> first(f).state(Step.SECOND, s -> s.ask("?").ends()),
                    "flow Step, state SECOND: it has exits, but no handler that could use them; add answer(...)");
        }

        @Test
        void ruleF07_anUnreachableState() {
            refused(
                    f -> f.idle("idle")
                            .begin("/begin"::equals, Step.SECOND)
                            .state(Step.FIRST, FlowMistakesTest::toSecond)
                            .state(Step.SECOND, s -> s.ask("second.")),
                    "flow Step, state FIRST: it is unreachable: no begin(...), to(...) or when(...) leads to it");
        }

        @Test
        void ruleF07_anExitToAStateOfAnotherEnum() {
            refused(
                    f -> f.state(Step.FIRST, s -> s.ask("?").to(Other.FOREIGN)),
                    "flow Step, state FIRST: to(FOREIGN) is of io.botfsm.flow.FlowMistakesTest$Other, not of this"
                            + " flow");
        }

        @Test
        void ruleF07_aStateThatIsNotDeclared() {
            refused(
                    f -> first(f),
                    "flow Step, state SECOND: it is not declared; add state(SECOND, ...), or remove the constant");
        }

        @Test
        void ruleF07_aStateThatIsDeclaredTwice() {
            refused(
                    f -> first(f).state(Step.FIRST, FlowMistakesTest::toSecond),
                    "flow Step, state FIRST: it is declared twice; remove one state(...)");
        }

        @Test
        void ruleF07_nothingToSayWhereThereIsNoConversation() {
            refused(
                    f -> f.begin("/begin"::equals, Step.FIRST)
                            .state(Step.FIRST, FlowMistakesTest::toSecond)
                            .state(Step.SECOND, s -> s.ask("second.")),
                    "flow Step: it says nothing if there is no conversation; add idle(...)");
        }

        private void refused(Consumer<Dialog<String, String, Data>> declaration, String message) {
            Throwable refusal = catchThrowable(() -> Flow.of(Step.class, new Data(null), declaration));
            assertThat(refusal).isInstanceOf(FlowDefinitionException.class).hasMessage(message);
            assertThat(refusal.getStackTrace())
                    .as("leads to the line of the mistake")
                    .anyMatch(at -> at.getClassName().startsWith(FlowMistakesTest.class.getName()));
        }
    }

    private static Dialog<String, String, Data> first(Dialog<String, String, Data> f) {
        return f.idle("idle").begin("/begin"::equals, Step.FIRST).state(Step.FIRST, FlowMistakesTest::toSecond);
    }

    private static void toSecond(DialogState<String, String, Data> s) {
        s.ask("first?").to(Step.SECOND).answer((turn, text) -> switch (text) {
            case "undeclared" -> turn.goTo(Step.FIRST);
            case "twice" -> {
                var unused = turn.goTo(Step.SECOND);
                yield turn.again();
            }
            case "nothing" -> null;
            default -> turn.goTo(Step.SECOND);
        });
    }

    @Nested
    class WhenAHandlerRuns {
        private final Flow<String, String> flow =
                Flow.of(Step.class, new Data(null), f -> first(f).state(Step.SECOND, s -> s.ask("second.")));
        private final Fsm fsm = flow.fsm(new MemoryStateStorage());
        private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();

        private void refused(String text, String message) {
            flow.handle(fsm, key, "/begin");
            assertThatThrownBy(() -> flow.handle(fsm, key, text)).hasMessage("bot=1 chat=2 user=3: " + message);
            assertThat(fsm.context(key).state()).as("nothing is stored").contains("Step:FIRST");
        }

        @Test
        void ruleF06_anUndeclaredExit() {
            refused(
                    "undeclared",
                    "a handler in Step:FIRST went to FIRST, which is not declared; declare it: state(FIRST, s ->"
                            + " s.to(FIRST))");
        }

        @Test
        void ruleF05_twoDecisions() {
            refused(
                    "twice",
                    "a handler in Step:FIRST decided twice; return the result of the first goTo, again, back, begin"
                            + " or end");
        }

        @Test
        void ruleF05_noDecision() {
            refused(
                    "nothing",
                    "a handler in Step:FIRST decided nothing; return the result of goTo, again, back, begin or end");
        }
    }
}
