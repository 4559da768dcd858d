package io.botfsm.examples.onboarding;

import static io.botfsm.examples.onboarding.Onboarding.AGE;
import static io.botfsm.examples.onboarding.Onboarding.CHATTING;
import static io.botfsm.examples.onboarding.Onboarding.CITY;
import static io.botfsm.examples.onboarding.Onboarding.CONFIRM;
import static io.botfsm.examples.onboarding.Onboarding.INTERESTS;
import static io.botfsm.examples.onboarding.Onboarding.NAME;

import io.botfsm.Conversation;
import io.botfsm.flow.Dialog;
import io.botfsm.flow.Flow;
import io.botfsm.flow.FlowTurn;
import io.botfsm.flow.Next;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Gets to know a user (name, age, city, interests), then chats. Knows neither the messenger nor the storage. */
public final class OnboardingFlow {
    /** The reply in a conversation whose data cannot be read. */
    public static final Reply LOST_THREAD = Reply.of("Sorry, I have lost the thread. Send /start to begin anew.");

    private static final int LONGEST_COMMAND = 32;
    private static final List<String> SUGGESTED = List.of("books", "chess", "music", "sports", "tea", "travel");

    /** The bot: what it asks in each state, and what it does with the answers. */
    public static final Flow<Input, Reply> FLOW = Flow.of(
            Onboarding.class,
            new Profile(null, null, null, List.of()),
            names -> names.formerly("Onboarding:HOBBIES", INTERESTS), // from the first version, whose users continue
            OnboardingFlow::declare);

    private OnboardingFlow() {}

    private static void declare(Dialog<Input, Reply, Profile> f) {
        f.idle(Reply.of("Send /start, and I shall get to know you."));
        f.unknownState(Reply.of("Sorry, I have lost the thread."));
        f.answers(Input::questionOf, Reply.of("That was an answer to an earlier question."));
        f.first(OnboardingFlow::adoptFormerData);
        f.when(in -> in.text().isEmpty(), (turn, in) -> turn.again());
        f.when(command("/start"), (turn, in) -> turn.say(Reply.of("Welcome!")).begin(NAME), NAME);
        f.when(command("/status"), (turn, in) -> {
            status(turn).ifPresent(turn::say);
            return turn.again();
        });
        f.end(
                command("/cancel"),
                (turn, in) -> turn.end(Reply.of(
                        turn.now().state().isPresent()
                                ? "Cancelled; I have forgotten what you told me."
                                : "There is nothing to cancel.")));
        f.when(
                in -> in.text().startsWith("/"),
                (turn, in) -> turn.again(Reply.of("I do not know " + Profile.shortened(in.command(), LONGEST_COMMAND)
                        + ", only /start, /status and /cancel.")));
        f.state(NAME, s -> {
            s.ask(Reply.of("What is your name?")).to(AGE);
            s.answer(upTo(
                    Profile.LONGEST_NAME,
                    (turn, name) -> turn.change(p -> new Profile(name, p.age(), p.city(), p.interests()))
                            .goTo(AGE)));
        });
        f.state(AGE, s -> {
            s.ask(p -> Reply.of("Nice to meet you, " + p.shownName() + ". What is your age?"));
            s.to(CITY)
                    .answer((turn, in) -> Profile.age(in.text())
                            .map(age -> turn.change(p -> new Profile(p.name(), age, p.city(), p.interests()))
                                    .goTo(CITY))
                            .orElseGet(() -> turn.again(Reply.of("I need a whole number from 1 to 120."))));
        });
        f.state(CITY, s -> {
            s.ask(Reply.of("Which city do you live in?")).to(INTERESTS);
            s.answer(upTo(
                    Profile.LONGEST_CITY,
                    (turn, city) -> turn.change(p -> new Profile(p.name(), p.age(), city, p.interests()))
                            .goTo(INTERESTS)));
        });
        f.state(INTERESTS, s -> {
            s.ask(OnboardingFlow::nextInterest).to(CONFIRM);
            s.answer(upTo(Profile.LONGEST_INTEREST, OnboardingFlow::takeInterest));
        });
        f.state(CONFIRM, s -> {
            s.ask((p, now) ->
                    Reply.of(now, "You are " + p.summary() + ". Is that right, yes or no?", List.of("yes", "no")));
            s.to(CHATTING, NAME).answer((turn, in) -> switch (in.text().toLowerCase(Locale.ROOT)) {
                case "yes" ->
                    turn.say(Reply.of("Thank you, that is all I wanted to know."))
                            .goTo(CHATTING);
                case "no" -> turn.say(Reply.of("Then once more.")).begin(NAME);
                default -> turn.again(Reply.of("Please answer yes or no."));
            });
        });
        f.state(CHATTING, s -> s.ask(p -> Reply.of("How is life in " + p.shownCity() + ", " + p.shownName() + "?")));
    }

    private static Predicate<Input> command(String name) {
        return in -> in.command().equals(name);
    }

    /** Accepts an answer of at most {@code longest} characters. */
    private static BiFunction<FlowTurn<Reply, Profile>, Input, Next> upTo(
            int longest, BiFunction<FlowTurn<Reply, Profile>, String, Next> answer) {
        return (turn, in) -> in.text().codePointCount(0, in.text().length()) <= longest
                ? answer.apply(turn, in.text())
                : turn.again(Reply.of("That is too long for me; " + longest + " characters at most, please."));
    }

    private static Reply nextInterest(Profile profile, Conversation now) {
        List<String> soFar = profile.interests();
        Stream<String> end = soFar.isEmpty() ? Stream.of() : Stream.of("done");
        return Reply.of(
                now,
                soFar.isEmpty()
                        ? "What are your interests? One a message, and \"done\" after the last."
                        : "Your interests so far: " + profile.shownInterests() + ". Another one, or \"done\"?",
                Stream.concat(SUGGESTED.stream().filter(interest -> !soFar.contains(interest)), end)
                        .toList());
    }

    private static Next takeInterest(FlowTurn<Reply, Profile> turn, String text) {
        if (text.equalsIgnoreCase("done")) {
            return turn.data().interests().isEmpty()
                    ? turn.again(Reply.of("I need at least one."))
                    : turn.goTo(CONFIRM);
        }
        turn.change(profile -> profile.withInterest(text));
        return turn.data().interests().size() < Profile.MOST_INTERESTS
                ? turn.again()
                : turn.say(Reply.of("That is plenty.")).goTo(CONFIRM);
    }

    private static Optional<Reply> status(FlowTurn<Reply, Profile> turn) {
        return turn.now()
                .state(Onboarding.class)
                .map(state -> switch (state) {
                    case CHATTING -> "You are all set: " + turn.data().summary() + ".";
                    case CONFIRM -> "I am waiting for your yes or no.";
                    default -> "I am waiting for your " + state.name().toLowerCase(Locale.ROOT) + ".";
                })
                .map(Reply::of);
    }

    /** A former version of the bot kept the profile as entries of the chat. */
    private static void adoptFormerData(FlowTurn<Reply, Profile> turn, Input in) {
        Optional<Profile> former =
                in.command().equals("/start") ? Optional.empty() : turn.now().data(Profile.class);
        List.of("name", "age", "city", "interests").forEach(turn::remove);
        former.ifPresent(turn::data);
    }
}
