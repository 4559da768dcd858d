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
 * A whole dialog, checked. Immutable.
 *
 * @param empty the data where none is stored
 * @param isSub whether others call it
 * @param reactions what is done with some inputs wherever the conversation is
 * @param calls the calls among them, by the scope of what they call
 * @param first what is done with every input before
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

    /** By which an input says which state's question it answers, and what is said where that is not the present one. */
    record LateAnswers<I, O>(Function<? super I, Optional<String>> stateOf, O ifLate) {}

    /** Under which the data lies, unless the conversation is in a state that is stored under a former group. */
    String scope() {
        return StoredStates.scope(names.name(names.all().get(0)));
    }

    Optional<D> stored(ScopedConversation now, String scope) {
        @SuppressWarnings("unchecked")
        Class<D> type = (Class<D>) empty.getClass();
        return now.data(scope, type);
    }

    /** The data; where none is stored, a copy of the empty one, since a handler could change what that holds. */
    D data(ScopedConversation now, String scope) {
        return stored(now, scope).orElseGet(() -> now.copy(empty));
    }

    /** What is done in one of its own states, all of which are declared. */
    StateDefinition<I, O, D> state(Enum<?> own) {
        return requireNonNull(states.get(own));
    }

    boolean has(Reaction.Kind kind) {
        return reactions.stream().anyMatch(reaction -> reaction.is(kind));
    }

    /** The states that the reactions of the dialog lead to from anywhere. */
    Set<Enum<?>> exitsFromAnywhere() {
        Set<Enum<?>> all = new LinkedHashSet<>();
        reactions.forEach(reaction -> all.addAll(reaction.exits()));
        calls.values().forEach(call -> all.addAll(call.exits()));
        timeouts.forEach(timeout -> all.addAll(timeout.exits()));
        return all;
    }

    /** Where a call begins. */
    Enum<?> start() {
        return states.keySet().iterator().next();
    }

    boolean is(DialogDefinition<?, ?, ?> other) {
        return names.equals(other.names);
    }

    /** The dialogs that this one calls. */
    List<DialogDefinition<I, O, ?>> called() {
        List<DialogDefinition<I, O, ?>> called = new ArrayList<>();
        calls.values().forEach(call -> called.add(call.dialog()));
        states.values().forEach(state -> state.call().ifPresent(call -> called.add(call.dialog())));
        return called;
    }

    /** Whether another is this one, or may be called while this one is open. */
    boolean reaches(DialogDefinition<?, ?, ?> other) {
        return is(other) || called().stream().anyMatch(sub -> sub.reaches(other));
    }

    /** Whether one may go on from a state to another, through states that only work, so that one may go back. */
    boolean leads(StateDefinition<I, O, D> from, Enum<?> to) {
        return from.isAskable() && from.state() != to && leads(from, to, new HashSet<>());
    }

    private boolean leads(StateDefinition<I, O, D> from, Enum<?> to, Set<Enum<?>> seen) {
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
                                && leads(through, to, seen));
    }
}
