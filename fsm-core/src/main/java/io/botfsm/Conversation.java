package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.NewerDataException;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.UnknownStateException;
import java.time.Instant;
import java.util.Optional;

/**
 * A conversation as it was read, in the types of the bot. Does no I/O.
 *
 * <p>Immutable and thread-safe, unless it is a {@link Turn}.
 */
public interface Conversation {
    /** The state as it is stored, whatever group it belongs to. */
    Optional<String> state();

    /**
     * The state as a constant of {@code group}; empty if there is none, or if it belongs to another registered group.
     *
     * @throws UnknownStateException if the stored state is of no registered group, or has no constant and no former
     *     name in its group
     * @throws IllegalArgumentException if {@code group} was not registered with {@link Fsm.Builder#states}
     */
    <E extends Enum<E>> Optional<E> state(Class<E> group);

    /**
     * Since when the conversation has been in the state that was read, or in none, by the storage's clock. Setting the
     * same state again does not change it. Empty if nothing was stored, or if the storage lacks
     * {@link io.botfsm.storage.StateStorage.Capability#TIMES}.
     */
    Optional<Instant> since();

    /**
     * One data entry; empty if it is not there, or is JSON's {@code null}.
     *
     * @throws UnreadableDataException if the entry is not what {@code type} needs
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * One data entry whose type has arguments, such as {@code new GenericType<List<Item>>() {}}; empty if it is not
     * there, or is JSON's {@code null}. A class alone leaves the elements of a list to be what JSON has: maps.
     *
     * @throws UnreadableDataException if the entry is not what {@code type} needs
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * The data entries that are properties of {@code type}, as one object; empty if none of them is there. Other
     * entries belong to others and are not looked at.
     *
     * @param type a record or a class that the codec can read
     * @throws UnreadableDataException if an entry is not what its property needs, or is absent for a primitive
     *     property, or the entries cannot be brought to the {@linkplain Fsm.Builder#data version} of this build
     * @throws NewerDataException if they are stored in a newer version
     */
    <T> Optional<T> data(Class<T> type);

    /** The same as strings: what the storage held. */
    Snapshot snapshot();
}
