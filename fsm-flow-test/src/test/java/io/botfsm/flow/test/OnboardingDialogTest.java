package io.botfsm.flow.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.flow.Flow;
import io.botfsm.flow.FlowTurn;
import io.botfsm.flow.Next;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A bot that collects a list, goes back to its beginning on request, and says at any time where it is. */
class OnboardingDialogTest {
    enum Onboarding {
        NAME,
        AGE,
        INTERESTS,
        CONFIRM,
        CHATTING
    }

    record Profile(@Nullable String name, @Nullable Integer age, List<String> interests) {
        Profile with(String interest) {
            return new Profile(
                    name,
                    age,
                    Stream.concat(interests.stream(), Stream.of(interest)).toList());
        }
    }

    static final Flow<String, String> ONBOARDING = Flow.of(Onboarding.class, new Profile(null, null, List.of()), f -> {
        f.idle("Send /start.").end("/cancel"::equals, "Forgotten.");
        f.first((turn, text) ->
                turn.put("inputs", turn.value("inputs", Integer.class).orElse(0) + 1));
        f.when(text -> text.length() > 20, (turn, text) -> turn.again("That is too long."));
        f.when("/start"::equals, (turn, text) -> turn.say("Welcome!").begin(Onboarding.NAME), Onboarding.NAME);
        f.when(
                "/status"::equals,
                (turn, text) -> turn.again(turn.now()
                        .state()
                        .map(state -> "I am at " + state.toLowerCase(Locale.ROOT))
                        .orElse("Nothing yet")));
        f.state(Onboarding.NAME, s -> {
            s.ask("Your name?").to(Onboarding.AGE);
            s.answer((turn, text) ->
                    turn.change(p -> new Profile(text, p.age(), p.interests())).goTo(Onboarding.AGE));
        });
        f.state(Onboarding.AGE, s -> {
            s.ask(p -> "Your age, " + p.name() + "?").to(Onboarding.INTERESTS);
            s.when(
                    text -> text.matches("[0-9]{1,3}"),
                    (turn, text) -> turn.change(p -> new Profile(p.name(), Integer.valueOf(text), p.interests()))
                            .goTo(Onboarding.INTERESTS));
        });
        f.state(
                Onboarding.INTERESTS,
                s -> s.ask(p -> "Interests? " + p.interests())
                        .to(Onboarding.CONFIRM)
                        .answer(OnboardingDialogTest::interest));
        f.state(Onboarding.CONFIRM, s -> {
            s.ask(p -> p.name() + ", " + p.age() + ", " + p.interests() + "?");
            s.to(Onboarding.CHATTING, Onboarding.NAME);
            s.answer((turn, text) -> text.equals("yes") ? turn.goTo(Onboarding.CHATTING) : turn.begin(Onboarding.NAME));
        });
        f.state(Onboarding.CHATTING, s -> s.ask(p -> "How are you, " + p.name() + "?"));
    });

    private static Next interest(FlowTurn<String, Profile> turn, String text) {
        if (text.equals("done")) {
            return turn.data().interests().isEmpty() ? turn.again("At least one.") : turn.goTo(Onboarding.CONFIRM);
        }
        return turn.change(p -> p.with(text)).again();
    }

    @Test
    void collectsWhatItIsGiven() {
        FlowTester<String, String> user = FlowTester.of(ONBOARDING)
                .say("/status")
                .expect("Nothing yet", "Send /start.")
                .say("/start")
                .expect("Welcome!", "Your name?")
                .say("Ada")
                .say("old")
                .expect("Your age, Ada?")
                .say("36")
                .say("done")
                .expect("At least one.", "Interests? []")
                .say("tea")
                .redeliver()
                .expect("Interests? [tea]")
                .say("chess")
                .say("a text of more than twenty letters")
                .expect("That is too long.", "Interests? [tea, chess]")
                .say("/status")
                .expect("I am at onboarding:interests", "Interests? [tea, chess]")
                .say("done")
                .expect("Ada, 36, [tea, chess]?")
                .restart()
                .say("no")
                .expect("Your name?")
                .say("Bob")
                .say("1")
                .expect("Interests? []");
        assertThat(user.conversation().value("inputs", Integer.class))
                .as("each input once")
                .contains(14);
        user.say("/cancel").expect("Forgotten.", "Send /start.").ended();
    }
}
