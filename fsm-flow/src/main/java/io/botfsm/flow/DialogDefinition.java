package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.internal.scope.ScopedConversation;
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
 * @param reactions what is done with some inputs wherever the conversation is
 * @param first what is done with every input before
 */
record DialogDefinition<I, O, D>(
        StoredStates names,
        D empty,
        Map<Enum<?>, StateDefinition<I, O, D>> states,
        List<Reaction<I, O, D>> reactions,
        List<BiConsumer<? super FlowTurn<O, D>, ? super I>> first,
        Function<? super Conversation, ? extends O> idle,
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

    /** The data; the empty one where none is stored, or a copy of it if a handler could change it. */
    D data(ScopedConversation now, String scope) {
        return stored(now, scope).orElseGet(() -> empty instanceof Record ? empty : now.copy(empty));
    }

    boolean has(Reaction.Kind kind) {
        return reactions.stream().anyMatch(reaction -> reaction.is(kind));
    }

    /** The states that the reactions of the dialog lead to from anywhere. */
    Set<Enum<?>> exitsFromAnywhere() {
        Set<Enum<?>> all = new LinkedHashSet<>();
        reactions.forEach(reaction -> all.addAll(reaction.exits()));
        return all;
    }

    /** Whether one may go on from a state to another, so that one may go back. */
    boolean leads(StateDefinition<I, O, D> from, Enum<?> to) {
        return from.state() != to
                && !from.isResting()
                && (from.exits().contains(to)
                        || reactions.stream()
                                .anyMatch(
                                        r -> r.is(Reaction.Kind.GO) && r.exits().contains(to)));
    }
}
