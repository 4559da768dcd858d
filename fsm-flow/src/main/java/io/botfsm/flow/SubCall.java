package io.botfsm.flow;

import java.util.Set;
import java.util.function.BiFunction;

/**
 * That a dialog calls another, which returns its data.
 *
 * @param exits where the handler of the return may go, beside the exits of the state that the conversation returns to
 */
record SubCall<I, O, D>(
        DialogDefinition<I, O, ?> dialog,
        BiFunction<? super FlowTurn<O, D>, Object, Next> onReturn,
        Set<Enum<?>> exits) {

    @SuppressWarnings("unchecked") // the sub-dialog returns its own data, which is an R
    static <I, O, D, R> SubCall<I, O, D> of(
            SubFlow<I, O, R> sub, BiFunction<? super FlowTurn<O, D>, ? super R, Next> onReturn, Set<Enum<?>> exits) {
        return new SubCall<>(
                sub.dialog(), (BiFunction<? super FlowTurn<O, D>, Object, Next>) (BiFunction<?, ?, ?>) onReturn, exits);
    }
}
