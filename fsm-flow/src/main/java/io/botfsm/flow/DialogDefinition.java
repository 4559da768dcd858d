package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.internal.scope.ScopedConversation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The checked definition of a dialog. Immutable.
 *
 * @param empty the data if none is stored
 * @param isSub whether it is a sub-dialog, which others call
 * @param reactions the commands, which handle some inputs wherever the conversation is
 * @param calls the calls that the commands make, by the scope of the called dialog
 * @param first what is done with every input before it is handled
 */
record DialogDefinition<I, O, D>(
        StoredStates names,
        D empty,
        boolean isSub,
        Map<Enum<?>, StateDefinition<I, O, D>> states,
        List<Reaction<I, O, D>> reactions,
        Map<String, SubCall<I, O, D>> calls,
        List<Timeout<O, D>> timeouts,
        List<BiConsumer<? super FlowTurn<O, D>, ? super I>> first,
        Optional<Function<? super Conversation, ? extends O>> idle,
        Optional<O> unknownState,
        Optional<LateAnswers<I, O>> lateAnswers) {

    /** How to find out which state's question an input answers, and what is said if that is not the current state. */
    record LateAnswers<I, O>(Function<? super I, Optional<String>> stateOf, O ifLate) {}

    /** Returns the scope of the data, unless the conversation is in a state that is stored under a former group. */
    String scope() {
        return StoredStates.scope(names.name(names.all().get(0)));
    }

    Optional<D> stored(ScopedConversation now, String scope) {
        @SuppressWarnings("unchecked")
        Class<D> type = (Class<D>) empty.getClass();
        return now.data(scope, type);
    }

    /** Returns the data; if none is stored, a copy of the empty data, since a handler could modify it. */
    D data(ScopedConversation now, String scope) {
        return stored(now, scope).orElseGet(() -> now.copy(empty));
    }

    /** Returns the definition of one of its own states, all of which are declared. */
    StateDefinition<I, O, D> state(Enum<?> own) {
        return requireNonNull(states.get(own));
    }

    boolean has(Reaction.Kind kind) {
        return reactions.stream().anyMatch(reaction -> reaction.is(kind));
    }

    /** Returns the states to which the reactions of the dialog lead from anywhere. */
    Set<Enum<?>> exitsFromAnywhere() {
        Set<Enum<?>> all = new LinkedHashSet<>();
        reactions.forEach(reaction -> all.addAll(reaction.exits()));
        calls.values().forEach(call -> all.addAll(call.exits()));
        timeouts.forEach(timeout -> all.addAll(timeout.exits()));
        return all;
    }

    /** Returns the state in which a call begins. */
    Enum<?> start() {
        return states.keySet().iterator().next();
    }

    boolean is(DialogDefinition<?, ?, ?> other) {
        return names.equals(other.names);
    }

    /** Returns the dialogs that this one calls. */
    List<DialogDefinition<I, O, ?>> called() {
        List<DialogDefinition<I, O, ?>> called = new ArrayList<>();
        calls.values().forEach(call -> called.add(call.dialog()));
        states.values().forEach(state -> state.call().ifPresent(call -> called.add(call.dialog())));
        return called;
    }

    /** Returns whether another dialog is this one, or may be called while this one is open. */
    boolean reaches(DialogDefinition<?, ?, ?> other) {
        return is(other) || called().stream().anyMatch(sub -> sub.reaches(other));
    }

    /**
     * Returns whether a conversation can go on from one state to another, possibly through states that only do work, so
     * that it can go back.
     */
    boolean hasPath(StateDefinition<I, O, D> from, Enum<?> to) {
        return from.isAskable() && from.state() != to && hasPath(from, to, new HashSet<>());
    }

    private boolean hasPath(StateDefinition<I, O, D> from, Enum<?> to, Set<Enum<?>> seen) {
        Set<Enum<?>> exits = new LinkedHashSet<>(from.exits());
        reactions.stream().filter(r -> r.is(Reaction.Kind.GO)).forEach(r -> exits.addAll(r.exits()));
        calls.values().forEach(call -> exits.addAll(call.exits()));
        timeouts.forEach(timeout -> exits.addAll(timeout.exits()));
        return exits.contains(to)
                || exits.stream()
                        .filter(seen::add)
                        .map(states::get)
                        .anyMatch(through -> through != null
                                && !through.isAskable()
                                && !through.isResting()
                                && hasPath(through, to, seen));
    }
}
