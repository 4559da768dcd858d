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
 * @param byHand what handles the state instead of the rest, where that is code of the bot's own
 */
record StateDefinition<I, O, D>(
        Enum<?> state,
        BiFunction<? super D, ? super Conversation, ? extends List<? extends O>> question,
        List<Reaction<I, O, D>> reactions,
        Optional<BiFunction<? super FlowTurn<O, D>, ? super I, Next>> answer,
        Set<Enum<?>> exits,
        boolean ends,
        Optional<BiFunction<? super Turn, ? super I, ? extends List<? extends O>>> byHand) {

    /** Whether no input is expected here: the dialog only says something. */
    boolean isResting() {
        return reactions.isEmpty() && answer.isEmpty() && byHand.isEmpty();
    }
}
