package io.botfsm.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TransitionRulesTest {
    private static final Optional<String> NONE = Optional.empty();

    private enum Signup {
        NAME,
        AGE,
        DONE
    }

    private enum Other {
        NAME {
            @Override
            public String toString() {
                return "a constant with a body";
            }
        }
    }

    private static Optional<String> state(String name) {
        return Optional.of(name);
    }

    @Test
    void onlyWhatIsDeclaredIs() {
        TransitionRules rules = TransitionRules.builder()
                .begin(Signup.NAME)
                .allow(Signup.NAME, Signup.AGE, Signup.DONE)
                .end(Signup.DONE)
                .build();

        assertThat(rules.declare(NONE, state("Signup:NAME"))).isTrue();
        assertThat(rules.declare(state("Signup:NAME"), state("Signup:AGE"))).isTrue();
        assertThat(rules.declare(state("Signup:NAME"), state("Signup:DONE"))).isTrue();
        assertThat(rules.declare(state("Signup:DONE"), NONE)).isTrue();
        assertThat(rules.declare(state("Signup:AGE"), state("Signup:NAME"))).isFalse();
        assertThat(rules.declare(NONE, state("Signup:AGE"))).isFalse();
        assertThat(rules.declare(state("Signup:NAME"), NONE)).isFalse();
        assertThat(rules.declare(state("Signup:NAME"), state("Other:NAME"))).isFalse();
    }

    @Test
    void keepingAStateIsNoChange() {
        TransitionRules rules = TransitionRules.builder().build();
        assertThat(rules.declare(NONE, NONE)).isTrue();
        assertThat(rules.declare(state("whatever"), state("whatever"))).isTrue();
        assertThat(rules.declare(state("whatever"), state("Whatever"))).isFalse();
    }

    @Test
    void fromAnyIsFromStatesNobodyKnowsAndFromNoneToo() {
        TransitionRules rules =
                TransitionRules.builder().allowFromAny(Signup.NAME).endFromAny().build();
        assertThat(rules.declare(NONE, state("Signup:NAME"))).isTrue();
        assertThat(rules.declare(state("nobody knows it"), state("Signup:NAME")))
                .isTrue();
        assertThat(rules.declare(state("nobody knows it"), NONE)).isTrue();
        assertThat(rules.declare(state("Signup:NAME"), state("Signup:AGE"))).isFalse();
    }

    @Test
    void statesGoByTheNamesUnderWhichTheyAreStored() {
        TransitionRules rules = TransitionRules.builder()
                .allow(Signup.NAME, Signup.AGE)
                .states(
                        Signup.class,
                        names -> names.group("registration")
                                .name(Signup.AGE, "years")
                                .formerly("Signup:WHO", Signup.NAME)
                                .formerly("Signup:OLD", Signup.AGE))
                .build();
        assertThat(rules.declare(state("registration:NAME"), state("registration:years")))
                .isTrue();
        assertThat(rules.declare(state("Signup:WHO"), state("registration:years")))
                .isTrue();
        assertThat(rules.declare(state("Signup:WHO"), state("registration:NAME")))
                .as("the same state under its new name")
                .isTrue();
        assertThat(rules.declare(state("Signup:NAME"), state("Signup:AGE"))).isFalse();
        assertThat(rules.declare(state("Signup:OLD"), state("registration:NAME")))
                .isFalse();
    }

    @Test
    void plainNamesAndSeveralGroupsGoTogether() {
        TransitionRules rules = TransitionRules.builder()
                .begin("menu")
                .allow("menu", "help", "shop")
                .allow(Signup.DONE, Other.NAME)
                .allowFromAny("menu")
                .end("shop")
                .build();
        assertThat(rules.declare(NONE, state("menu"))).isTrue();
        assertThat(rules.declare(state("menu"), state("shop"))).isTrue();
        assertThat(rules.declare(state("help"), state("menu"))).isTrue();
        assertThat(rules.declare(state("shop"), NONE)).isTrue();
        assertThat(rules.declare(state("Signup:DONE"), state("Other:NAME"))).isTrue();
        assertThat(rules.declare(state("help"), NONE)).isFalse();
    }

    @Test
    void namesThatContradictAreRefused() {
        assertThatThrownBy(() ->
                        TransitionRules.builder().states(Signup.class, names -> names.name(Signup.AGE, "NAME")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Signup:NAME");
        assertThatThrownBy(() -> TransitionRules.builder().begin("half a pair \ud800"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("U+D800");
    }

    @Test
    void theDiagramDrawsEveryRuleOnce() {
        TransitionRules rules = TransitionRules.builder()
                .begin(Signup.NAME)
                .allow(Signup.NAME, Signup.AGE)
                .allow(Signup.NAME, Signup.AGE)
                .allow(Signup.AGE, Signup.DONE)
                .end(Signup.DONE)
                .allowFromAny(Signup.NAME)
                .build();
        assertThat(rules.toMermaid()).isEqualTo("""
                stateDiagram-v2
                    state "Signup:NAME" as Signup_NAME
                    state "Signup:AGE" as Signup_AGE
                    state "Signup:DONE" as Signup_DONE
                    [*] --> Signup_NAME
                    Signup_NAME --> Signup_AGE
                    Signup_AGE --> Signup_DONE
                    Signup_DONE --> [*]
                    Signup_AGE --> Signup_NAME
                    Signup_DONE --> Signup_NAME
                """);
    }

    @Test
    void theDiagramDrawsWhateverNamesThereAre() {
        String hostile = "\"]--> x\n; %% ü😀#";
        TransitionRules rules = TransitionRules.builder()
                .allow("a:b", "a_b", hostile)
                .endFromAny()
                .build();
        assertThat(rules.toMermaid()).isEqualTo("""
                stateDiagram-v2
                    state "a:b" as a_b
                    state "a_b" as a_b_2
                    state "#34;#93;--#62; x#10;#59; #37;#37; ü#128512;#35;" as ______x_________
                    a_b --> a_b_2
                    a_b --> ______x_________
                    a_b --> [*]
                    a_b_2 --> [*]
                    ______x_________ --> [*]
                """);
    }
}
