package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The turn of a dialog's handler: gives access to the dialog's data, collects replies, and has the methods by which the
 * handler decides what happens next. The handler sees its own changes, which are stored together after it has returned.
 *
 * <p>A handler must decide exactly once, and return the {@link Next} that the deciding method returned. It must do no
 * I/O. It may run again on a newer version of the conversation, as all handlers of {@link io.botfsm.Fsm#handle} may;
 * the replies of the earlier run are then discarded.
 *
 * <p>Not thread-safe; valid only while the handler runs.
 *
 * @param <O> the replies of the bot
 * @param <D> the dialog's data
 */
public interface FlowTurn<O, D> {
    /**
     * Returns the dialog's data; the empty data of its declaration if none is stored.
     *
     * @throws UnreadableDataException if the stored data cannot be read by this build
     */
    D data();

    /**
     * Replaces the dialog's data.
     *
     * @throws IllegalArgumentException if the codec cannot write it, or would not read it back equal
     */
    FlowTurn<O, D> data(D changed);

    /** Replaces the dialog's data by the result of {@code change}. */
    default FlowTurn<O, D> change(UnaryOperator<D> change) {
        return data(requireNonNull(change, "change").apply(data()));
    }

    /** Lets {@code change} set fields of the dialog's data, if that is an object with mutable fields. */
    default FlowTurn<O, D> edit(Consumer<D> change) {
        requireNonNull(change, "change");
        D edited = data();
        change.accept(edited);
        return data(edited);
    }

    /** Adds a reply, which is sent before the question of the state that the conversation is in after this turn. */
    FlowTurn<O, D> say(O reply);

    /**
     * Returns a data entry of the whole chat, such as its language; empty if it is absent. It belongs to no dialog and
     * outlives all dialogs.
     *
     * @throws UnreadableDataException if the entry cannot be read as {@code type}
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * Returns a data entry of the whole chat whose type has type arguments, such as {@code new
     * GenericType<List<Item>>() {}}.
     *
     * @throws UnreadableDataException if the entry cannot be read as {@code type}
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Puts a data entry of the whole chat.
     *
     * @throws IllegalArgumentException if the name belongs to the data of a dialog, or the codec cannot write the value
     */
    FlowTurn<O, D> put(String name, Object value);

    /**
     * Removes a data entry of the whole chat, if it is present.
     *
     * @throws IllegalArgumentException if the name belongs to the data of a dialog
     */
    FlowTurn<O, D> remove(String name);

    /** Returns the conversation, with the changes of this turn. */
    Conversation now();

    /**
     * Goes on to a state, which asks its question. A later {@link #back()} returns to the state that this call leaves.
     *
     * @throws UndeclaredExitException if the state or command being handled declares no such exit
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next goTo(Enum<?> state);

    /**
     * Stays in the state, and asks the question again.
     *
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next again();

    /** Replies with a remark, and asks the question again. */
    default Next again(O remark) {
        return say(remark).again();
    }

    /**
     * Goes back to the previous state, and asks its question. The data is not changed. If there is no previous state,
     * the current question is asked again.
     *
     * <p>At the beginning of a sub-dialog, it goes back in the calling dialog, or ends the command that called. If a
     * conversation returns to a state that it left before, the states in between are forgotten, so that it goes back to
     * each state at most once. It does not go back beyond a state that only says something, nor to a state that this
     * build does not have or from which the current state can no longer be reached.
     *
     * @throws UndeclaredExitException if the dialog declares no {@code back}
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next back();

    /**
     * Starts over in a state: ends the dialog that the conversation was in, whichever it is, and removes its data. Data
     * that this handler has set for its own dialog is kept.
     *
     * @throws UndeclaredExitException if the state or command being handled declares no such exit
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next begin(Enum<?> state);

    /**
     * Ends the dialog that the conversation is in: its state and data are removed, the entries of the chat stay.
     *
     * @throws UndeclaredExitException if the state does not declare {@code ends()}, and no dialog of the bot declares
     *     an {@code end} command or a {@link Dialog#after} timeout
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next end();

    /** Adds a last reply, and ends the dialog. */
    default Next end(O words) {
        return say(words).end();
    }

    /**
     * Returns from a sub-dialog with its data. The caller decides what happens next.
     *
     * @throws UndeclaredExitException if the state does not declare {@code ends()}
     * @throws HandlerDecisionException if the dialog was not called, or the handler has decided before
     */
    Next done();
}
