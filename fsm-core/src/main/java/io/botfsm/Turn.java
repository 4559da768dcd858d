package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.NewerDataException;
import io.botfsm.json.UnreadableDataException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * One unit of work on a conversation: what was read, and the changes that are written together, at once, after the
 * handler has returned. Sees its own changes. Does no I/O.
 *
 * <p>A handler may run again on a newer conversation when another writer was faster: keep its side effects out, and act
 * on its result after the call.
 *
 * <p>Not thread-safe; it ends with its handler, later changes fail with {@link TurnClosedException}. A handler that
 * throws leaves the conversation as it was.
 */
public interface Turn extends Conversation {
    /**
     * Sets the state.
     *
     * @throws IllegalArgumentException if the constant's group was not registered with {@link Fsm.Builder#states}
     */
    Turn state(Enum<?> to);

    /**
     * Sets the state by its stored name.
     *
     * @throws IllegalArgumentException if the name holds an unpaired surrogate
     */
    Turn state(String to);

    /** Clears the state; the data stays. */
    Turn clearState();

    /**
     * Puts one data entry.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal
     * @throws NullPointerException if the value is null: use {@link #remove}
     */
    Turn put(String name, Object value);

    /**
     * Puts one data entry that is written as its declared type says. Needed for a class with type variables, and for
     * elements whose class is told by {@code @JsonTypeInfo}; other values are the same by {@link #put(String, Object)}.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal as
     *     {@code type}
     * @throws NullPointerException if the value is null: use {@link #remove}
     */
    <T> Turn put(String name, T value, GenericType<T> type);

    /** Removes one data entry, if it is there. */
    Turn remove(String name);

    /**
     * Puts the properties of an object as data entries, one each; a property that is null is removed. Entries that are
     * not its properties stay as they are; those stored under former names of its properties go. Afterwards
     * {@link #data(Class)} equals the object.
     *
     * @param record a record, or an object whose properties the codec can write
     * @throws IllegalArgumentException if the codec cannot write it, or would not read it back equal
     * @throws UnreadableDataException if entries of a former {@linkplain Fsm.Builder#data version} are stored and
     *     cannot be brought to that of this build; {@link #clear} is the way out
     * @throws NewerDataException if entries of a newer version are stored, which must not be written over
     */
    Turn data(Object record);

    /**
     * Changes the typed data: reads it as {@link #data(Class)} does, or takes {@code initial} if there is none, and
     * puts what {@code change} makes of it.
     *
     * @throws UnreadableDataException if the data is not what {@code type} needs
     */
    <T> Turn update(Class<T> type, T initial, UnaryOperator<T> change);

    /** Clears state and data. */
    Turn clear();

    /**
     * Lets the conversation live this long from the write on, whatever the storage's own time to live is.
     *
     * @throws IllegalArgumentException if it is not positive or longer than {@link io.botfsm.storage.Mutation#MAX_TTL}
     */
    Turn ttl(Duration limit);

    /**
     * Makes the conversation due after this long, by the {@linkplain Fsm.Builder#clock clock} of the bot, in place of
     * an earlier timeout: {@link io.botfsm.storage.Snapshot#deadline()}. A
     * {@link io.botfsm.storage.deadline.DeadlineQueue} finds it then; nothing happens by itself. A turn that leaves the
     * state clears it, and so do {@link #clearTimeout()} and the end of state and data. A turn that stays in the state
     * keeps it, and so do single writes such as {@link FsmContext#setState}.
     *
     * @param wait rounded up to a hundredth of a second
     * @throws IllegalArgumentException if it is not positive or longer than {@link io.botfsm.storage.Mutation#MAX_TTL}
     */
    Turn timeout(Duration wait);

    /** Makes the conversation due at no time. */
    Turn clearTimeout();
}
