package io.botfsm.flow;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What a handler of a dialog works on: the dialog's data, what to say, and the verbs by which it decides what happens
 * next. Sees its own changes, which are stored together after the handler has returned.
 *
 * <p>A handler decides exactly once, and returns what the verb returned. It does no I/O, and may run again on a newer
 * conversation, as all handlers of {@link io.botfsm.Fsm#handle} may; what it said before is forgotten then.
 *
 * <p>Not thread-safe; ends with its handler.
 *
 * @param <O> what the bot says
 * @param <D> the dialog's data
 */
public interface FlowTurn<O, D> {
    /**
     * The dialog's data; the empty one of its declaration where none is stored.
     *
     * @throws UnreadableDataException if what is stored cannot be read as the data of this build
     */
    D data();

    /**
     * Replaces the dialog's data.
     *
     * @throws IllegalArgumentException if the codec cannot write it, or would not read it back equal
     */
    FlowTurn<O, D> data(D changed);

    /** Replaces the dialog's data by what {@code change} makes of it. */
    default FlowTurn<O, D> change(UnaryOperator<D> change) {
        return data(requireNonNull(change, "change").apply(data()));
    }

    /** Lets {@code change} set fields of the dialog's data, where that is a class with mutable fields. */
    default FlowTurn<O, D> edit(Consumer<D> change) {
        requireNonNull(change, "change");
        D edited = data();
        change.accept(edited);
        return data(edited);
    }

    /** Says something, before the question of the state that the conversation is in after this turn. */
    FlowTurn<O, D> say(O reply);

    /**
     * A data entry of the whole chat, such as its language; empty if it is not there. It belongs to no dialog and
     * outlives them all.
     *
     * @throws UnreadableDataException if the entry is not what {@code type} needs
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * A data entry of the whole chat whose type has arguments, such as {@code new GenericType<List<Item>>() {}}.
     *
     * @throws UnreadableDataException if the entry is not what {@code type} needs
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Puts a data entry of the whole chat.
     *
     * @throws IllegalArgumentException if the name is that of a dialog's data, or the codec cannot write the value
     */
    FlowTurn<O, D> put(String name, Object value);

    /**
     * Removes a data entry of the whole chat, if it is there.
     *
     * @throws IllegalArgumentException if the name is that of a dialog's data
     */
    FlowTurn<O, D> remove(String name);

    /** The conversation, with the changes of this turn. */
    Conversation now();

    /**
     * Goes on to a state, which asks its question. {@link #back()} leads here again.
     *
     * @throws UndeclaredExitException if the state or command being handled declares no such exit
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next goTo(Enum<?> state);

    /**
     * Stays, and asks the question again.
     *
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next again();

    /** Says why, and asks the question again. */
    default Next again(O remark) {
        return say(remark).again();
    }

    /**
     * Goes back to the state before, and asks its question. The data stays as it is. Where there is no state before,
     * the question is asked again.
     *
     * <p>From the beginning of a sub-dialog it goes back in the dialog that called, or ends the command that did. Going
     * round in a circle forgets the circle, so each state is gone back to once. What lies before a state that only says
     * something is over, and not gone back to. Neither is a state that this build does not have, or from which nothing
     * leads here any more.
     *
     * @throws UndeclaredExitException if the dialog declares no {@code back}
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next back();

    /**
     * Starts over in a state: ends whatever dialog the conversation was in, with its data. Data that this handler has
     * set for its own dialog stays.
     *
     * @throws UndeclaredExitException if the state or command being handled declares no such exit
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next begin(Enum<?> state);

    /**
     * Ends the dialog that the conversation is in: its state and its data go, the entries of the chat stay.
     *
     * @throws UndeclaredExitException if neither the state declares {@code ends()} nor a dialog of the bot {@code end}
     * @throws HandlerDecisionException if the handler has decided before
     */
    Next end();

    /** Says a last word, and ends the dialog. */
    default Next end(O words) {
        return say(words).end();
    }

    /**
     * Returns from a sub-dialog with its data. Its caller decides what happens next.
     *
     * @throws UndeclaredExitException if the state does not declare {@code ends()}
     * @throws HandlerDecisionException if the dialog was not called, or the handler has decided before
     */
    Next done();
}
