package io.botfsm.flow;

import io.botfsm.Conversation;
import io.botfsm.Turn;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What is done in one state of a dialog. Immutable.
 *
 * @param question empty for a state that only works or calls
 * @param byHand what handles the state instead of the rest, where that is code of the bot's own
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

    /** What is done outside the turn on entering, and with its result. */
    record Work<O, D>(JobHandler<D, ?> handler, BiFunction<? super FlowTurn<O, D>, Object, Next> then) {}

    /** Whether nothing is expected here: the dialog only says something. */
    boolean isResting() {
        return reactions.isEmpty() && answer.isEmpty() && work.isEmpty() && call.isEmpty() && byHand.isEmpty();
    }

    /** Whether one can go back here. */
    boolean isAskable() {
        return !isResting() && (question.isPresent() || call.isPresent());
    }
}
