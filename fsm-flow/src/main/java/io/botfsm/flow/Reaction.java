package io.botfsm.flow;

import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * What is done with some inputs: by a dialog wherever the conversation is, or in one state.
 *
 * @param exits where the handler may go, beside the exits of the state that the conversation is in
 */
record Reaction<I, O, D>(
        Kind kind,
        Predicate<? super I> test,
        BiFunction<? super FlowTurn<O, D>, ? super I, Next> handler,
        Set<Enum<?>> exits) {
    enum Kind {
        /** Goes to its exits. */
        GO,
        /** Starts over in its exit. */
        BEGIN,
        /** May end the dialog. */
        END,
        /** Goes back; heard in its own dialog only, and in what that calls. */
        BACK,
        /** Calls a sub-dialog. */
        CALL
    }

    boolean is(Kind which) {
        return kind == which;
    }
}
