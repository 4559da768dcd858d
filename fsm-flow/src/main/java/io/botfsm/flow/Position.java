package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.storage.StorageKey;
import java.util.List;

/**
 * The position of a conversation in its dialogs. Immutable.
 *
 * @param stored the name under which the state is, or would be, stored
 */
record Position<I, O, D>(DialogDefinition<I, O, D> dialog, StateDefinition<I, O, D> state, String stored) {
    static <I, O, D> Position<I, O, D> of(DialogDefinition<I, O, D> dialog, Enum<?> state, String stored) {
        return new Position<>(dialog, dialog.state(state), stored);
    }

    boolean isIn(DialogDefinition<?, ?, ?> other) {
        return dialog.is(other);
    }

    boolean isAt(Enum<?> other) {
        return state.state() == other;
    }

    /** Returns whether a conversation can go on from this position to another one, so that it can go back. */
    boolean leadsTo(Position<I, O, ?> other) {
        return isIn(other.dialog()) && dialog.hasPath(state, other.state().state());
    }

    /** Returns the scope of the data: the data of a state stored under a former group is in the scope of that group. */
    String scope() {
        return StoredStates.scope(stored);
    }

    /** Returns what is asked here; empty if the state only does work. */
    List<O> question(Conversation now) {
        return state.question()
                .<List<O>>map(asked -> List.copyOf(requireNonNull(
                        asked.apply(dialog.data(FlowDialogs.scoped(now), scope()), now),
                        () -> "the question of " + stored + " is null")))
                .orElse(List.of());
    }

    /** Runs the work of this state, for the entry into the state with the given id. */
    Object work(String id, StorageKey key, Conversation now) {
        Job<D> job = new Job<>(id, dialog.data(FlowDialogs.scoped(now), scope()), key, now);
        try {
            return requireNonNull(
                    state.work().orElseThrow().handler().run(job), () -> "the result of the work of " + stored);
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new WorkFailedException(key, now.state(), id, e);
        }
    }
}
