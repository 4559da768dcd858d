package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.NewerDataException;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.UnknownStateException;
import java.time.Instant;
import java.util.Optional;

/**
 * A conversation as it was read from the storage, in the types of the bot. Does no I/O.
 *
 * <p>Immutable and thread-safe, unless it is a {@link Turn}.
 */
public interface Conversation {
    /** Returns the state by its stored name, whichever group it belongs to; empty if there is none. */
    Optional<String> state();

    /**
     * Returns the state as a constant of {@code group}; empty if there is none, or if it belongs to another registered
     * group.
     *
     * @throws UnknownStateException if the stored state belongs to no registered group, or matches no constant and no
     *     former name in its group
     * @throws IllegalArgumentException if {@code group} was not registered with {@link Fsm.Builder#states}
     */
    <E extends Enum<E>> Optional<E> state(Class<E> group);

    /**
     * Returns since when the conversation has been in the state that was read, or in no state, by the storage's clock.
     * Setting the same state again does not change this time. Empty if nothing was stored, or if the storage lacks
     * {@link io.botfsm.storage.StateStorage.Capability#TIMES}.
     */
    Optional<Instant> since();

    /**
     * Returns one data entry; empty if it is absent or JSON {@code null}.
     *
     * @throws UnreadableDataException if the entry cannot be read as {@code type}
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * Returns one data entry whose type has type arguments, such as {@code new GenericType<List<Item>>() {}}; empty if
     * it is absent or JSON {@code null}. If the type is given as a plain class, the elements of a list are read as
     * maps.
     *
     * @throws UnreadableDataException if the entry cannot be read as {@code type}
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Returns the data entries that are properties of {@code type}, as one object; empty if none of them is present.
     * Other entries are ignored.
     *
     * @param type a record or a class that the codec can read
     * @throws UnreadableDataException if an entry cannot be read as its property, or is absent for a primitive
     *     property, or the entries cannot be converted to the {@linkplain Fsm.Builder#data version} of this build
     * @throws NewerDataException if the entries are stored in a newer version
     */
    <T> Optional<T> data(Class<T> type);

    /** Returns the conversation in its stored form, as strings. */
    Snapshot snapshot();
}
