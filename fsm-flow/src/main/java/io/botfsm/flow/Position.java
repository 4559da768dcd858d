package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import java.util.List;

/**
 * Where in its dialogs a conversation is. Immutable.
 *
 * @param stored the name under which the state is, or would be, stored
 */
record Position<I, O, D>(DialogDefinition<I, O, D> dialog, StateDefinition<I, O, D> state, String stored) {
    static <I, O, D> Position<I, O, D> of(DialogDefinition<I, O, D> dialog, Enum<?> state, String stored) {
        return new Position<>(dialog, requireNonNull(dialog.states().get(state)), stored);
    }

    boolean isIn(DialogDefinition<?, ?, ?> other) {
        return dialog.names().equals(other.names());
    }

    /** Under which the data lies: a state stored under a former group has its data there. */
    String scope() {
        return StoredStates.scope(stored);
    }

    /** What is asked here. */
    List<O> question(Conversation now) {
        D data = dialog.data(FlowDialogs.scoped(now), scope());
        return List.copyOf(requireNonNull(
                state.question().apply(data, now), () -> "the question of " + state.state() + " is null"));
    }
}
