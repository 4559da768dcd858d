package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Declares what a dialog asks in one state, and how it handles an answer. A state without {@link #answer} and
 * {@link #when} only says something, and waits for a command of the dialog. Not thread-safe.
 *
 * @param <I> the inputs of the bot
 * @param <O> the replies of the bot
 * @param <D> the dialog's data
 */
public final class DialogState<I, O, D> {
    private final Class<?> group;
    private final Enum<?> state;
    private final List<Reaction<I, O, D>> reactions = new ArrayList<>();
    private final Set<Enum<?>> exits = new LinkedHashSet<>();
    private @Nullable BiFunction<? super D, ? super Conversation, ? extends List<? extends O>> question;
    private @Nullable BiFunction<? super FlowTurn<O, D>, ? super I, Next> answer;
    private StateDefinition.@Nullable Work<O, D> work;
    private @Nullable SubCall<I, O, D> call;
    private final List<Timeout<O, D>> timeouts = new ArrayList<>();
    private boolean ends;

    DialogState(Class<?> group, Enum<?> state) {
        this.group = group;
        this.state = state;
    }

    /** Sets the question. */
    public DialogState<I, O, D> ask(O words) {
        List<O> constant = List.of(requireNonNull(words, "question"));
        return asks((data, now) -> constant);
    }

    /** Sets the question, based on the dialog's data. */
    public DialogState<I, O, D> ask(Function<? super D, ? extends O> words) {
        requireNonNull(words, "question");
        return asks((data, now) -> List.of(words.apply(data)));
    }

    /**
     * Sets the question, based on the dialog's data and the conversation. Use it for entries of the whole chat, such as
     * its language, and for the {@linkplain Conversation#state() state} that is put into a button.
     */
    public DialogState<I, O, D> ask(BiFunction<? super D, ? super Conversation, ? extends O> words) {
        requireNonNull(words, "question");
        return asks((data, now) -> List.of(words.apply(data, now)));
    }

    /**
     * Sets the question, which may consist of several messages or none.
     *
     * <p>A question must depend only on what is stored, since it is asked again after a restart or a redelivery. It is
     * created within the turn: if that fails, nothing is stored. It must do no I/O.
     *
     * @throws FlowDefinitionException if the state already has a question
     */
    public DialogState<I, O, D> asks(
            BiFunction<? super D, ? super Conversation, ? extends List<? extends O>> messages) {
        requireNonNull(messages, "question");
        if (question != null) {
            throw refused("it asks twice; remove one ask(...)");
        }
        question = messages;
        return this;
    }

    /**
     * Declares the states to which the handlers of this state may go. The {@linkplain Flow#rules() rules} and the
     * diagram are derived from these declarations; going anywhere else is refused.
     *
     * @throws FlowDefinitionException if a state is not of the dialog's enum
     */
    public DialogState<I, O, D> to(Enum<?>... states) {
        for (Enum<?> to : requireNonNull(states, "states")) {
            if (requireNonNull(to, "state").getDeclaringClass() != group) {
                throw refused(
                        "to(" + to.name() + ") is of " + to.getDeclaringClass().getName() + ", not of this flow");
            }
            exits.add(to);
        }
        return this;
    }

    /** Declares that the handlers of this state may end the dialog, or that a sub-dialog may return from here. */
    public DialogState<I, O, D> ends() {
        ends = true;
        return this;
    }

    /**
     * Declares how an input is handled that matches no command of the dialog and no {@link #when}.
     *
     * @throws FlowDefinitionException if the state already has an answer handler
     */
    public DialogState<I, O, D> answer(BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler) {
        requireNonNull(handler, "handler");
        if (answer != null) {
            throw refused("it has two answer(...); use when(...) to distinguish inputs");
        }
        answer = handler;
        return this;
    }

    /**
     * Declares how some inputs are handled in this state, before the commands of the dialog are tried. The first
     * declaration that matches an input handles it.
     *
     * @param to states to which the handler may go, in addition to the exits of the state
     * @throws FlowDefinitionException if a state is not of the dialog's enum
     */
    public DialogState<I, O, D> when(
            Predicate<? super I> input, BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler, Enum<?>... to) {
        requireNonNull(input, "input");
        requireNonNull(handler, "handler");
        reactions.add(new Reaction<>(Reaction.Kind.GO, input, handler, Set.of()));
        return to(to);
    }

    /**
     * Declares what is done when the user says nothing for a while, such as reminding, going on, or ending.
     *
     * <p>The time is counted from the user's last input, or from when the state was entered without an input. If there
     * are several timeouts, each is due once, even if their times are equal. A timeout whose handler stays in the state
     * is not due again until the user has said something. A timeout survives restarts, and is cleared by leaving the
     * state. {@link Flow#fire} runs it.
     *
     * @param wait the time after which the timeout is due
     * @param to states to which the handler may go, in addition to the exits of the state
     * @throws IllegalArgumentException if the time is not positive or longer than
     *     {@link io.botfsm.storage.Mutation#MAX_TTL}
     * @throws FlowDefinitionException if a state is not of the dialog's enum; or, at the end of the declaration, if the
     *     state calls a sub-dialog or only does work
     */
    public DialogState<I, O, D> after(Duration wait, Function<? super FlowTurn<O, D>, Next> handler, Enum<?>... to) {
        timeouts.add(new Timeout<>(wait, handler, Set.of()));
        return to(to);
    }

    /**
     * Declares work that is done on entering the state, outside the turn and before anything is asked, such as reading
     * from or writing to another system.
     *
     * <p>The state is entered and stored, then the work is done, and its result is stored by another turn, in which
     * {@code then} decides: to go on, or by {@link FlowTurn#again()} to ask the question of the state, if it has one.
     * Work runs at least once. Work that was interrupted by a crash, or that threw, is repeated under the same
     * {@link Job#id()}: by the next input, by a redelivery, or a minute later if timeouts are {@linkplain Flow#fire
     * fired}. Until the work is done, nothing is asked and no command is recognized: a user who left the state could
     * not know whether the work was done.
     *
     * @throws FlowDefinitionException if the state already has work
     */
    @SuppressWarnings("unchecked") // the result is what the handler returned, an R
    public <R> DialogState<I, O, D> work(
            JobHandler<D, ? extends R> handler, BiFunction<? super FlowTurn<O, D>, ? super R, Next> then) {
        requireNonNull(handler, "handler");
        requireNonNull(then, "then");
        if (work != null) {
            throw refused("it has two work(...); do both in one");
        }
        work = new StateDefinition.Work<>(
                handler, (BiFunction<? super FlowTurn<O, D>, Object, Next>) (BiFunction<?, ?, ?>) then);
        return this;
    }

    /**
     * In this state, calls a sub-dialog, and asks its questions in place of a question of the state. Its result is
     * passed to {@code onReturn}, which goes on from this state. {@link FlowTurn#again()} calls the sub-dialog again,
     * and so does going back to this state.
     *
     * @throws FlowDefinitionException if the state already calls a sub-dialog
     */
    public <R> DialogState<I, O, D> call(
            SubFlow<I, O, R> sub, BiFunction<? super FlowTurn<O, D>, ? super R, Next> onReturn) {
        requireNonNull(sub, "sub");
        requireNonNull(onReturn, "onReturn");
        if (call != null) {
            throw refused("it has two call(...); declare a state for each");
        }
        call = SubCall.of(sub, onReturn, Set.of());
        return this;
    }

    StateDefinition<I, O, D> build() {
        boolean isAnswered = answer != null || !reactions.isEmpty();
        boolean isLeft = isAnswered || work != null || call != null || !timeouts.isEmpty();
        if (call != null && (question != null || isAnswered || work != null)) {
            throw refused("it calls a sub-dialog, which asks the questions; remove ask, answer, when and work");
        }
        if (question == null && (isAnswered || (work == null && call == null))) {
            throw refused("it is silent, so the user cannot know what to answer; add ask(...)");
        }
        if (question == null && !timeouts.isEmpty()) {
            throw refused("it asks nothing itself, so its timeout would never be due; declare after(...) for the"
                    + " dialog, or in a state that asks");
        }
        if ((isAnswered || work != null || call != null) && exits.isEmpty() && !ends) {
            throw refused("it is inescapable, since its handlers cannot go anywhere; add to(...) or ends()");
        }
        if (!isLeft && !(exits.isEmpty() && !ends)) {
            throw refused("it has exits, but no handler that could use them; add answer(...)");
        }
        return new StateDefinition<>(
                state,
                Optional.ofNullable(question),
                List.copyOf(reactions),
                Optional.ofNullable(answer),
                new LinkedHashSet<>(exits),
                ends,
                List.copyOf(timeouts),
                Optional.ofNullable(work),
                Optional.ofNullable(call),
                Optional.empty());
    }

    private FlowDefinitionException refused(String problem) {
        return new FlowDefinitionException(group, Optional.of(state), problem);
    }
}
