package io.botfsm.examples.onboarding;

import static io.botfsm.examples.onboarding.Questions.currentQuestion;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.Turn;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.Transition;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import io.botfsm.transition.TransitionRules;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets to know a user (name, age, city, interests), then chats. A message comes in, one turn is committed, the replies
 * come out. Knows neither the messenger nor the storage.
 *
 * <p>The last reply is always the question of the state that the turn has led to; a remark comes before it where there
 * is something to say. So an answer that is not accepted is asked for again, and so is one that is delivered twice.
 *
 * <p>Thread-safe.
 */
public final class OnboardingFlow {
    private static final Logger LOG = LoggerFactory.getLogger(OnboardingFlow.class.getPackageName());
    private static final int LONGEST_COMMAND = 32;
    private static final Optional<String> NO_REMARK = Optional.empty();

    private final Fsm fsm;
    private final Sessions sessions;

    /** The flow of conversations that are kept in a storage. */
    public OnboardingFlow(StateStorage storage) {
        this(storage, Sessions.NONE);
    }

    /** The same, with each conversation saved a second time after its turn. */
    public OnboardingFlow(StateStorage storage, Sessions sessions) {
        this.fsm = Fsm.builder(storage)
                .states(Onboarding.class, Onboarding::stored)
                .build();
        this.sessions = sessions;
    }

    /** Which state may follow which. */
    public static TransitionRules rules() {
        return TransitionRules.builder()
                .states(Onboarding.class, Onboarding::stored)
                .allow(Onboarding.NAME, Onboarding.AGE)
                .allow(Onboarding.AGE, Onboarding.CITY)
                .allow(Onboarding.CITY, Onboarding.INTERESTS)
                .allow(Onboarding.INTERESTS, Onboarding.CONFIRM)
                .allow(Onboarding.CONFIRM, Onboarding.CHATTING)
                .allowFromAny(Onboarding.NAME) // by /start, and by "no" to what is to be confirmed
                .endFromAny() // by /cancel
                .build();
    }

    /** A storage whose changes of state are logged, and held to the rules. */
    public static StateStorage watched(StateStorage storage) {
        StateStorage logging = new LoggingStateStorage(storage);
        StateStorage notifying = new NotifyingStateStorage(logging, List.of(OnboardingFlow::welcome));
        return new TransitionCheckingStateStorage(notifying, rules(), Undeclared.REFUSE);
    }

    private static void welcome(Transition transition) {
        if (transition.to().equals(Optional.of("Onboarding:CHATTING"))) {
            LOG.info("{} is on board", transition.key());
        }
    }

    /** The conversations, not fenced by any lease. */
    public Fsm fsm() {
        return fsm;
    }

    /** Handles a message under no lease. */
    public Reply receive(Message message) {
        return receive(fsm, message);
    }

    /**
     * Handles a message. When this returns, what the replies say is stored.
     *
     * @param fenced {@link #fsm}, fenced by a lease
     * @throws io.botfsm.storage.FsmException if it could not be handled; it may be handled again under the same event
     *     id
     */
    public Reply receive(Fsm fenced, Message message) {
        Handled<Reply> handled = fenced.handle(message.key(), message.eventId(), turn -> reply(turn, message));
        // Of a repeated message too: the bot may have died in between.
        sessions.save(message.key(), handled.now().snapshot(), message.eventId());
        return handled.orElse(now -> Reply.of(now, List.of(currentQuestion(now))));
    }

    private static String tidy(String text) {
        return text.replaceAll("[\\p{Z}\\p{Cc}\\p{Cs}]+", " ").strip(); // Cs: unpaired surrogates only
    }

    private static Reply reply(Turn turn, Message message) {
        Optional<String> remark = isLate(turn, message)
                ? Optional.of("That was an answer to an earlier question.")
                : handle(turn, tidy(message.text()));
        return Reply.of(
                turn,
                Stream.concat(remark.stream(), Stream.of(currentQuestion(turn))).toList());
    }

    /** A button stays on the screen when its question is long answered. */
    private static boolean isLate(Turn turn, Message message) {
        return message.answerTo().isPresent() && !message.answerTo().equals(turn.state(Onboarding.class));
    }

    private static Optional<String> handle(Turn turn, String text) {
        if (text.startsWith("/")) {
            return command(turn, text);
        }
        return text.isEmpty() ? NO_REMARK : turn.state(Onboarding.class).flatMap(state -> answer(turn, state, text));
    }

    private static Optional<String> command(Turn turn, String text) {
        String command = text.split("[ @]", 2)[0].toLowerCase(Locale.ROOT);
        return switch (command) {
            case "/start" -> begin(turn, "Welcome!");
            case "/status" -> Questions.status(turn);
            case "/cancel" -> cancel(turn);
            default ->
                Optional.of("I do not know " + Questions.brief(command, LONGEST_COMMAND)
                        + ", only /start, /status and /cancel.");
        };
    }

    private static Optional<String> begin(Turn turn, String remark) {
        turn.clear().state(Onboarding.NAME);
        return Optional.of(remark);
    }

    private static Optional<String> cancel(Turn turn) {
        boolean underway = turn.state().isPresent();
        turn.clear();
        return Optional.of(underway ? "Cancelled; I have forgotten what you told me." : "There is nothing to cancel.");
    }

    private static Optional<String> answer(Turn turn, Onboarding state, String text) {
        int longest = longest(state);
        if (text.codePointCount(0, text.length()) > longest) {
            return Optional.of("That is too long for me; " + longest + " characters at most, please.");
        }
        return switch (state) {
            case NAME -> takeName(turn, text);
            case AGE -> takeAge(turn, text);
            case CITY -> takeCity(turn, text);
            case INTERESTS -> takeInterest(turn, text);
            case CONFIRM -> takeConfirmation(turn, text);
            case CHATTING -> NO_REMARK;
        };
    }

    /** How many characters of an answer are kept; nothing is kept of the others. */
    private static int longest(Onboarding state) {
        return switch (state) {
            case NAME -> Profile.LONGEST_NAME;
            case CITY -> Profile.LONGEST_CITY;
            case INTERESTS -> Profile.LONGEST_INTEREST;
            case AGE, CONFIRM, CHATTING -> Integer.MAX_VALUE;
        };
    }

    private static Optional<String> takeName(Turn turn, String name) {
        turn.update(Profile.class, Profile.EMPTY, profile -> profile.withName(name))
                .state(Onboarding.AGE);
        return NO_REMARK;
    }

    private static Optional<String> takeAge(Turn turn, String text) {
        Optional<Integer> age = Profile.age(text);
        if (age.isEmpty()) {
            return Optional.of("I need a whole number from 1 to 120.");
        }
        turn.update(Profile.class, Profile.EMPTY, profile -> profile.withAge(age.get()))
                .state(Onboarding.CITY);
        return NO_REMARK;
    }

    private static Optional<String> takeCity(Turn turn, String city) {
        turn.update(Profile.class, Profile.EMPTY, profile -> profile.withCity(city))
                .state(Onboarding.INTERESTS);
        return NO_REMARK;
    }

    private static Optional<String> takeInterest(Turn turn, String text) {
        if (text.equalsIgnoreCase(Questions.DONE)) {
            return endInterests(turn);
        }
        turn.update(Profile.class, Profile.EMPTY, profile -> profile.withInterest(text));
        if (Profile.of(turn).interests().size() < Profile.MOST_INTERESTS) {
            return NO_REMARK;
        }
        turn.state(Onboarding.CONFIRM);
        return Optional.of("That is plenty.");
    }

    private static Optional<String> endInterests(Turn turn) {
        if (Profile.of(turn).interests().isEmpty()) {
            return Optional.of("I need at least one.");
        }
        turn.state(Onboarding.CONFIRM);
        return NO_REMARK;
    }

    private static Optional<String> takeConfirmation(Turn turn, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes" -> confirm(turn);
            case "no" -> begin(turn, "Then once more.");
            default -> Optional.of("Please answer yes or no.");
        };
    }

    private static Optional<String> confirm(Turn turn) {
        turn.state(Onboarding.CHATTING);
        return Optional.of("Thank you, that is all I wanted to know.");
    }
}
