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
 * What a dialog asks in one state, and what it does with an answer, while it is being declared. A state without
 * {@link #answer} and {@link #when} only says something, and waits for a command of the dialog. Not thread-safe.
 *
 * @param <I> what the bot hears
 * @param <O> what the bot says
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

    /** What is asked. */
    public DialogState<I, O, D> ask(O words) {
        List<O> constant = List.of(requireNonNull(words, "question"));
        return asks((data, now) -> constant);
    }

    /** What is asked, of the dialog's data. */
    public DialogState<I, O, D> ask(Function<? super D, ? extends O> words) {
        requireNonNull(words, "question");
        return asks((data, now) -> List.of(words.apply(data)));
    }

    /**
     * What is asked, of the dialog's data and the conversation: for entries of the whole chat, such as its language,
     * and for the {@linkplain Conversation#state() state} that goes into a button.
     */
    public DialogState<I, O, D> ask(BiFunction<? super D, ? super Conversation, ? extends O> words) {
        requireNonNull(words, "question");
        return asks((data, now) -> List.of(words.apply(data, now)));
    }

    /**
     * What is asked, in several messages or none.
     *
     * <p>A question is asked of what is stored and of nothing else, since it is asked again after a restart or a
     * redelivery. It is asked within the turn: where asking fails, nothing is stored. It does no I/O.
     *
     * @throws FlowDefinitionException if the state has a question
     */
    public DialogState<I, O, D> asks(
            BiFunction<? super D, ? super Conversation, ? extends List<? extends O>> messages) {
        requireNonNull(messages, "question");
        if (question != null) {
            throw refused("it asks twice; leave one ask(...)");
        }
        question = messages;
        return this;
    }

    /**
     * Declares to which states the handlers of this one may go. From these declarations come the
     * {@linkplain Flow#rules() rules} and the diagram; going anywhere else is refused.
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
     * What is done with an input that no command of the dialog and no {@link #when} takes.
     *
     * @throws FlowDefinitionException if the state has one
     */
    public DialogState<I, O, D> answer(BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler) {
        requireNonNull(handler, "handler");
        if (answer != null) {
            throw refused("it has two answer(...); use when(...) to tell inputs apart");
        }
        answer = handler;
        return this;
    }

    /**
     * What is done with some inputs in this state, before the commands of the dialog are tried. The first that takes an
     * input handles it.
     *
     * @param to exits that this adds to those of the state
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
     * What is done where the user says nothing for a while: to remind, to go on, or to end.
     *
     * <p>Counted from the user's last input, or from when the state was entered without one. Of several, each is due
     * once, also of several of equal length; one whose handler stays is not due again until the user has said
     * something. It survives restarts, and is cleared by leaving the state. {@link Flow#fire} runs it.
     *
     * @param wait how long
     * @param to exits that this adds to those of the state
     * @throws IllegalArgumentException if the time is not positive or longer than
     *     {@link io.botfsm.storage.Mutation#MAX_TTL}
     * @throws FlowDefinitionException if a state is not of the dialog's enum; at the end of the declaration, if the
     *     state calls or only works
     */
    public DialogState<I, O, D> after(Duration wait, Function<? super FlowTurn<O, D>, Next> handler, Enum<?>... to) {
        timeouts.add(new Timeout<>(wait, handler, Set.of()));
        return to(to);
    }

    /**
     * What is done on entering the state, outside the turn, before anything is asked: reading or writing elsewhere.
     *
     * <p>The state is entered and stored, the work is done, and its result is stored by a turn of its own, in which
     * {@code then} decides: to go on, or by {@link FlowTurn#again()} to ask the question of the state, if it has one.
     * Work that was interrupted by a crash or that threw is repeated, at least once under the same {@link Job#id()}: by
     * the next input, by a redelivery, or a minute later if timeouts are {@linkplain Flow#fire fired}. Until it is done
     * nothing is asked and no command is heard: a user who left could not know whether it was done.
     *
     * @throws FlowDefinitionException if the state has work
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
     * Leaves the state to a sub-dialog, whose questions are asked instead. What it returns is given to
     * {@code onReturn}, which goes on from here; {@link FlowTurn#again()} calls anew, and so does going back here.
     *
     * @throws FlowDefinitionException if the state calls another
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
            throw refused("it calls a sub-dialog, whose questions are asked; remove ask, answer, when and work");
        }
        if (question == null && (isAnswered || (work == null && call == null))) {
            throw refused("it is silent, so the user cannot know what to answer; add ask(...)");
        }
        if (question == null && !timeouts.isEmpty()) {
            throw refused("it asks nothing itself, so its timeout would never pass; declare after(...) for the"
                    + " dialog, or in a state that asks");
        }
        if ((isAnswered || work != null || call != null) && exits.isEmpty() && !ends) {
            throw refused("it is inescapable, since its handlers can go nowhere; add to(...) or ends()");
        }
        if (!isLeft && !(exits.isEmpty() && !ends)) {
            throw refused("it has exits, but nothing that takes them; add answer(...)");
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
