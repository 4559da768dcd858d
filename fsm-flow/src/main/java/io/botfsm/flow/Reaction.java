package io.botfsm.flow;

import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Handles the inputs that match a test: as a command of a dialog, wherever the conversation is, or in one state.
 *
 * @param exits states to which the handler may go, in addition to the exits of the current state
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
        /** Goes back; recognized only in its own dialog and in the dialogs that it calls. */
        BACK,
        /** Calls a sub-dialog. */
        CALL
    }

    boolean is(Kind which) {
        return kind == which;
    }
}
