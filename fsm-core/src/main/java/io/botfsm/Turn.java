package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.NewerDataException;
import io.botfsm.json.UnreadableDataException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * One unit of work on a conversation: the conversation as it was read, and the changes made to it. The changes are
 * visible in the turn at once, and are written together in one write after the handler has returned. A turn does no I/O
 * itself.
 *
 * <p>A handler may run again on a newer version of the conversation if another writer was faster. Handlers must
 * therefore have no side effects: return a result and act on it after the call.
 *
 * <p>Not thread-safe. A turn ends with its handler; later changes fail with {@link TurnClosedException}. If the handler
 * throws, the conversation stays unchanged.
 */
public interface Turn extends Conversation {
    /**
     * Sets the state.
     *
     * @throws IllegalArgumentException if the enum was not registered with {@link Fsm.Builder#states}
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
     * Puts one data entry, written according to its declared type. Needed for a class with type variables, and for
     * elements whose class is recorded by {@code @JsonTypeInfo}; for other values it is the same as {@link #put(String,
     * Object)}.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal as
     *     {@code type}
     * @throws NullPointerException if the value is null: use {@link #remove}
     */
    <T> Turn put(String name, T value, GenericType<T> type);

    /** Removes one data entry, if it is present. */
    Turn remove(String name);

    /**
     * Puts each property of an object as a data entry of its own. The entry of a property that is null is removed, and
     * so are entries stored under former names of its properties. All other entries stay unchanged. Afterwards
     * {@link #data(Class)} returns an equal object.
     *
     * @param record a record, or an object whose properties the codec can write
     * @throws IllegalArgumentException if the codec cannot write it, or would not read it back equal
     * @throws UnreadableDataException if the stored entries are of a former {@linkplain Fsm.Builder#data version} and
     *     cannot be converted to the version of this build; {@link #clear} removes them
     * @throws NewerDataException if the stored entries are of a newer version, which must not be overwritten
     */
    Turn data(Object record);

    /**
     * Changes the typed data: reads it as {@link #data(Class)} does, or uses {@code initial} if there is none, applies
     * {@code change}, and puts the result.
     *
     * @throws UnreadableDataException if the data cannot be read as {@code type}
     */
    <T> Turn update(Class<T> type, T initial, UnaryOperator<T> change);

    /** Clears state and data. */
    Turn clear();

    /**
     * Sets the time to live of the conversation, counted from this write, in place of the storage's own.
     *
     * @throws IllegalArgumentException if it is not positive or longer than {@link io.botfsm.storage.Mutation#MAX_TTL}
     */
    Turn ttl(Duration limit);

    /**
     * Makes the conversation due after this time, counted by the {@linkplain Fsm.Builder#clock clock} of the bot.
     * Replaces an earlier timeout. The result is the {@linkplain io.botfsm.storage.Snapshot#deadline() deadline} of the
     * conversation, which a {@link io.botfsm.storage.deadline.DeadlineQueue} finds once it has passed; nothing else
     * happens by itself. The timeout is cleared by a turn that leaves the state, by {@link #clearTimeout()}, and when
     * state and data are cleared or expire. It is kept by a turn that stays in the state, and by single writes such as
     * {@link FsmContext#setState}.
     *
     * @param wait the time until the deadline, which is rounded up to a hundredth of a second
     * @throws IllegalArgumentException if it is not positive or longer than {@link io.botfsm.storage.Mutation#MAX_TTL}
     */
    Turn timeout(Duration wait);

    /** Clears the timeout, so that the conversation never becomes due. */
    Turn clearTimeout();
}
