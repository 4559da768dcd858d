package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Declares a dialog: its states, and the commands that are recognized wherever the conversation is, even in another
 * dialog of the same bot (except {@link #back}, which works only in its own dialog and the sub-dialogs that this
 * calls).
 *
 * <p>An input is handled by the first of these that matches it: {@link DialogState#when} of the current state, the
 * commands in the order of their declaration, {@link DialogState#answer} of the current state. If nothing matches, the
 * question is asked again. Not thread-safe.
 *
 * @param <I> the inputs of the bot
 * @param <O> the replies of the bot
 * @param <D> the dialog's data
 */
public final class Dialog<I, O, D> {
    private final StoredStates names;
    private final D empty;
    private final boolean isSub;
    private final Map<Enum<?>, StateDefinition<I, O, D>> states = new LinkedHashMap<>();
    private final List<Reaction<I, O, D>> reactions = new ArrayList<>();
    private final Map<String, SubCall<I, O, D>> calls = new LinkedHashMap<>();
    private final List<Timeout<O, D>> timeouts = new ArrayList<>();
    private final List<BiConsumer<? super FlowTurn<O, D>, ? super I>> first = new ArrayList<>();
    private @Nullable Function<? super Conversation, ? extends O> idle;
    private Optional<O> unknownState = Optional.empty();
    private DialogDefinition.@Nullable LateAnswers<I, O> lateAnswers;

    Dialog(StoredStates names, D empty, boolean isSub) {
        this.names = names;
        this.empty = empty;
        this.isSub = isSub;
    }

    /** Sets what is said when there is no conversation. Required. */
    public Dialog<I, O, D> idle(O words) {
        requireNonNull(words, "words");
        return idle(now -> words);
    }

    /**
     * Sets what is said when there is no conversation, based on the entries of the chat, such as its language.
     * Required.
     */
    public Dialog<I, O, D> idle(Function<? super Conversation, ? extends O> words) {
        requireNonNull(words, "words");
        if (idle != null) {
            throw refused("idle(...) is declared twice");
        }
        idle = words;
        return this;
    }

    /**
     * Sets what is said, before the reply of {@link #idle}, when the conversation is in a state that this build does
     * not have. Such a conversation is left unchanged until a command begins or ends a dialog. By default nothing is
     * said.
     */
    public Dialog<I, O, D> unknownState(O words) {
        unknownState = Optional.of(requireNonNull(words, "words"));
        return this;
    }

    /** Declares a command that starts the dialog, or starts it over: {@link FlowTurn#begin}. */
    public Dialog<I, O, D> begin(Predicate<? super I> input, Enum<?> state) {
        requireNonNull(state, "state");
        return react(Reaction.Kind.BEGIN, input, (turn, in) -> turn.begin(state), state);
    }

    /** Declares a command that says something and ends the current dialog, whichever it is: {@link FlowTurn#end}. */
    public Dialog<I, O, D> end(Predicate<? super I> input, O words) {
        requireNonNull(words, "words");
        return end(input, (turn, in) -> turn.end(words));
    }

    /** Declares a command that may end the current dialog, whichever it is. */
    public Dialog<I, O, D> end(
            Predicate<? super I> input, BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler) {
        return react(Reaction.Kind.END, input, handler);
    }

    /**
     * Declares a command that goes back to the previous state: {@link FlowTurn#back}. It is recognized in this dialog
     * and in the sub-dialogs that it calls.
     */
    public Dialog<I, O, D> back(Predicate<? super I> input) {
        return react(Reaction.Kind.BACK, input, (turn, in) -> turn.back());
    }

    /**
     * Declares a command.
     *
     * @param to states to which the handler may go, in addition to the exits of the current state
     * @throws FlowDefinitionException if a state is not of the dialog's enum
     */
    public Dialog<I, O, D> when(
            Predicate<? super I> input, BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler, Enum<?>... to) {
        return react(Reaction.Kind.GO, input, handler, to);
    }

    /**
     * Declares a command that calls a sub-dialog, such as one that changes settings, after which the conversation
     * continues where it was.
     *
     * @param onReturn handles what the sub-dialog returns; {@link FlowTurn#again()} asks the open question again
     * @param to states to which {@code onReturn} may go, in addition to the exits of the state that the conversation
     *     was in
     * @throws FlowDefinitionException if a state is not of the dialog's enum, or another command calls the same
     *     sub-dialog
     */
    public <R> Dialog<I, O, D> call(
            Predicate<? super I> input,
            SubFlow<I, O, R> sub,
            BiFunction<? super FlowTurn<O, D>, ? super R, Next> onReturn,
            Enum<?>... to) {
        requireNonNull(sub, "sub");
        requireNonNull(onReturn, "onReturn");
        Dialog<I, O, D> same = react(
                Reaction.Kind.CALL,
                input,
                (turn, in) -> HandlerTurn.<I, O, D>of(turn).call(sub.dialog()));
        SubCall<I, O, D> call = SubCall.of(sub, onReturn, ownStates(to));
        if (calls.putIfAbsent(sub.dialog().scope(), call) != null) {
            throw refused("two commands call " + sub.dialog().names().type().getSimpleName()
                    + ", so that it would be unknown which of them it returns to; remove one call(...)");
        }
        return same;
    }

    /**
     * Declares what is done when the user says nothing for a while, in any state of the dialog that expects an input,
     * and in the sub-dialogs it calls. It works like {@link DialogState#after}, but its handler may end the dialog even
     * in a state that does not declare {@link DialogState#ends}.
     *
     * @param wait the time after which the timeout is due
     * @param to states to which the handler may go, in addition to the exits of the current state
     * @throws IllegalArgumentException if the time is not positive or longer than
     *     {@link io.botfsm.storage.Mutation#MAX_TTL}
     * @throws FlowDefinitionException if a state is not of the dialog's enum
     */
    public Dialog<I, O, D> after(Duration wait, Function<? super FlowTurn<O, D>, Next> handler, Enum<?>... to) {
        timeouts.add(new Timeout<>(wait, handler, ownStates(to)));
        return this;
    }

    private Dialog<I, O, D> react(
            Reaction.Kind kind,
            Predicate<? super I> input,
            BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler,
            Enum<?>... to) {
        requireNonNull(input, "input");
        requireNonNull(handler, "handler");
        reactions.add(new Reaction<>(kind, input, handler, ownStates(to)));
        return this;
    }

    private Set<Enum<?>> ownStates(Enum<?>... to) {
        for (Enum<?> state : requireNonNull(to, "states")) {
            requireOwn(state);
        }
        return new LinkedHashSet<>(Arrays.asList(to));
    }

    /**
     * Declares what is done with every input before it goes to its handler, such as storing the user's name. It does
     * not decide what happens next: the methods of {@link FlowTurn} that do are refused here.
     */
    public Dialog<I, O, D> first(BiConsumer<? super FlowTurn<O, D>, ? super I> handler) {
        first.add(requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Keeps buttons of earlier questions from answering the current one.
     *
     * @param stateOfButton returns the stored state whose question an input answers, which is the
     *     {@link Conversation#state()} at the time of the question; empty for an input that answers any question, such
     *     as a text
     * @param ifLate what is said to an input that answers the question of a state other than the current one, before
     *     the current question is asked again
     */
    public Dialog<I, O, D> answers(Function<? super I, Optional<String>> stateOfButton, O ifLate) {
        lateAnswers = new DialogDefinition.LateAnswers<>(
                requireNonNull(stateOfButton, "stateOfButton"), requireNonNull(ifLate, "ifLate"));
        return this;
    }

    /**
     * Declares a state.
     *
     * @throws FlowDefinitionException if the state is not of the dialog's enum, is declared twice, or cannot work
     */
    public Dialog<I, O, D> state(Enum<?> state, Consumer<? super DialogState<I, O, D>> declaration) {
        requireNonNull(declaration, "declaration");
        requireOwn(state);
        DialogState<I, O, D> declared = new DialogState<>(names.type(), state);
        declaration.accept(declared);
        return add(declared.build());
    }

    /**
     * Leaves states to code of your own, such as a {@code switch} that this dialog replaces state by state. That code
     * may go to any state of the dialog's enum, and may end the conversation.
     *
     * @param which the states
     * @param handler handles an input that matches no command, and returns what to say before the question
     * @param question what is asked in these states
     * @throws FlowDefinitionException if a state is not of the dialog's enum, or is declared twice
     */
    public Dialog<I, O, D> byHand(
            Set<? extends Enum<?>> which,
            BiFunction<? super Turn, ? super I, ? extends List<? extends O>> handler,
            Function<? super Conversation, ? extends List<? extends O>> question) {
        requireNonNull(which, "which");
        requireNonNull(handler, "handler");
        requireNonNull(question, "question");
        for (Enum<?> state : which) {
            requireOwn(state);
            add(new StateDefinition<>(
                    state,
                    Optional.of((data, now) -> question.apply(now)),
                    List.of(),
                    Optional.empty(),
                    new LinkedHashSet<>(names.all()),
                    true,
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(handler)));
        }
        return this;
    }

    private Dialog<I, O, D> add(StateDefinition<I, O, D> state) {
        if (states.putIfAbsent(state.state(), state) != null) {
            throw refused(state.state(), "it is declared twice; remove one state(...)");
        }
        return this;
    }

    private void requireOwn(Enum<?> state) {
        if (requireNonNull(state, "state").getDeclaringClass() != names.type()) {
            throw refused(
                    state,
                    "it is of " + state.getDeclaringClass().getName() + ", not of "
                            + names.type().getName());
        }
    }

    DialogDefinition<I, O, D> build() {
        if (idle == null && !isSub) {
            throw refused("it says nothing if there is no conversation; add idle(...)");
        }
        if (names.all().isEmpty()) {
            throw refused("it has no states; add constants to the enum");
        }
        requireCallable();
        for (Enum<?> state : names.all()) {
            if (!states.containsKey(state)) {
                throw refused(
                        state, "it is not declared; add state(" + state.name() + ", ...), or remove the constant");
            }
        }
        DialogDefinition<I, O, D> dialog = new DialogDefinition<>(
                names,
                empty,
                isSub,
                new LinkedHashMap<>(states),
                List.copyOf(reactions),
                new LinkedHashMap<>(calls),
                List.copyOf(timeouts),
                List.copyOf(first),
                Optional.ofNullable(idle),
                unknownState,
                Optional.ofNullable(lateAnswers));
        Set<Enum<?>> entries = dialog.exitsFromAnywhere();
        if (isSub) {
            entries.add(dialog.start());
        }
        Set<Enum<?>> reached = reachable(entries);
        for (Enum<?> state : names.all()) {
            if (!reached.contains(state)) {
                throw refused(state, "it is unreachable: no begin(...), to(...) or when(...) leads to it");
            }
        }
        return dialog;
    }

    private void requireCallable() {
        if (!isSub) {
            return;
        }
        if (idle != null
                || lateAnswers != null
                || unknownState.isPresent()
                || !first.isEmpty()
                || reactions.stream().anyMatch(r -> r.is(Reaction.Kind.BEGIN) || r.is(Reaction.Kind.END))) {
            throw refused("it is a sub-dialog; idle, begin, end, first, answers and unknownState are for the flows that"
                    + " call it");
        }
        if (states.values().stream().noneMatch(StateDefinition::ends)) {
            throw refused("it is a sub-dialog, but none of its states can return; add ends() to one");
        }
    }

    private Set<Enum<?>> reachable(Set<Enum<?>> entries) {
        Set<Enum<?>> reached = new LinkedHashSet<>(entries);
        List<Enum<?>> open = new ArrayList<>(entries);
        while (!open.isEmpty()) {
            Enum<?> next = open.remove(open.size() - 1);
            requireNonNull(states.get(next)).exits().stream()
                    .filter(reached::add)
                    .forEach(open::add);
        }
        return reached;
    }

    private FlowDefinitionException refused(String problem) {
        return new FlowDefinitionException(names.type(), Optional.empty(), problem);
    }

    private FlowDefinitionException refused(Enum<?> state, String problem) {
        return new FlowDefinitionException(names.type(), Optional.of(state), problem);
    }
}
