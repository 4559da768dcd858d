package io.botfsm.flow;

import io.botfsm.internal.scope.ScopedTurn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The states that were left by going on, the last one first to go back to. Kept in attributes of one state each, since
 * Redis keeps small fields in less memory.
 */
final class History {
    private static final String NAME = "flow.back.";

    private final ScopedTurn turn;

    History(ScopedTurn turn) {
        this.turn = turn;
    }

    List<String> states() {
        List<String> states = new ArrayList<>();
        for (int i = 0; turn.attributes().containsKey(NAME + i); i++) {
            states.add(turn.attributes().get(NAME + i));
        }
        return states;
    }

    /** Remembers a state that is left. Entering one that was left before closes a circle, which is forgotten. */
    void add(String left, Predicate<String> isEntered) {
        List<String> states = states();
        for (int i = 0; i < states.size(); i++) {
            if (isEntered.test(states.get(i))) {
                cut(i);
                return;
            }
        }
        turn.attribute(NAME + states.size(), left);
    }

    /** Forgets a state and all that were left after it. */
    void cut(int from) {
        for (int i = from; turn.attributes().containsKey(NAME + i); i++) {
            turn.removeAttribute(NAME + i);
        }
    }

    void forget() {
        cut(0);
    }
}
