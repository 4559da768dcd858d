package io.botfsm.flow;

import java.util.Set;
import java.util.function.BiFunction;

/**
 * A call of a sub-dialog, which returns its data.
 *
 * @param exits states to which the handler of the return may go, in addition to the exits of the state to which the
 *     conversation returns
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
