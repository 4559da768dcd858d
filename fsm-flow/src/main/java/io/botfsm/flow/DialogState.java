package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
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

    /** Declares that the handlers of this state may end the dialog. */
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

    StateDefinition<I, O, D> build() {
        boolean isAnswered = answer != null || !reactions.isEmpty();
        if (question == null) {
            throw refused("it is silent, so nobody knows what it waits for; add ask(...)");
        }
        if (isAnswered && exits.isEmpty() && !ends) {
            throw refused("it is inescapable, since its handlers can go nowhere; add to(...) or ends()");
        }
        if (!isAnswered && !(exits.isEmpty() && !ends)) {
            throw refused("it has exits, but nothing that takes them; add answer(...)");
        }
        return new StateDefinition<>(
                state,
                question,
                List.copyOf(reactions),
                Optional.ofNullable(answer),
                new LinkedHashSet<>(exits),
                ends,
                Optional.empty());
    }

    private FlowDefinitionException refused(String problem) {
        return new FlowDefinitionException(group, Optional.of(state), problem);
    }
}
