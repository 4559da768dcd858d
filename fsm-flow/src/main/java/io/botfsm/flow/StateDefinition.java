package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.Turn;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The definition of one state of a dialog. Immutable.
 *
 * @param question the question; empty for a state that only does work or calls a sub-dialog
 * @param byHand the bot's own code that handles the state in place of everything else, if any
 */
record StateDefinition<I, O, D>(
        Enum<?> state,
        Optional<BiFunction<? super D, ? super Conversation, ? extends List<? extends O>>> question,
        List<Reaction<I, O, D>> reactions,
        Optional<BiFunction<? super FlowTurn<O, D>, ? super I, Next>> answer,
        Set<Enum<?>> exits,
        boolean ends,
        List<Timeout<O, D>> timeouts,
        Optional<Work<O, D>> work,
        Optional<SubCall<I, O, D>> call,
        Optional<BiFunction<? super Turn, ? super I, ? extends List<? extends O>>> byHand) {

    /** The work that is done outside the turn on entering the state, and the handling of its result. */
    record Work<O, D>(JobHandler<D, ?> handler, BiFunction<? super FlowTurn<O, D>, Object, Next> then) {}

    /** Returns whether no input is expected here: the dialog only says something. */
    boolean isResting() {
        return reactions.isEmpty() && answer.isEmpty() && work.isEmpty() && call.isEmpty() && byHand.isEmpty();
    }

    /** Returns whether a conversation can go back to this state. */
    boolean isAskable() {
        return !isResting() && (question.isPresent() || call.isPresent());
    }
}
