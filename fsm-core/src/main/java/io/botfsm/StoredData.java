package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import java.util.Optional;
import java.util.Set;

/**
 * The data entries of a conversation, while an upcaster brings those of one type to the next version. All are visible,
 * those of other types included: leave them alone. Not thread-safe; used only while the upcaster runs.
 */
public interface StoredData {
    /** The names of the entries. */
    Set<String> names();

    /**
     * One entry; empty if it is not there, or is JSON's {@code null}.
     *
     * @throws UnreadableDataException if the entry is not what {@code type} needs
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * One entry whose type has arguments; empty if it is not there, or is JSON's {@code null}.
     *
     * @throws UnreadableDataException if the entry is not what {@code type} needs
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Puts an entry.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal
     * @throws NullPointerException if the value is null: use {@link #remove}
     */
    StoredData put(String name, Object value);

    /** Removes an entry, if it is there. */
    StoredData remove(String name);

    /** Gives an entry another name, in place of one that has it; changes nothing if there is no such entry. */
    StoredData rename(String from, String to);
}
