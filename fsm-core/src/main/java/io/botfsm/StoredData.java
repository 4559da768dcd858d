package io.botfsm;

import io.botfsm.json.GenericType;
import io.botfsm.json.UnreadableDataException;
import java.util.Optional;
import java.util.Set;

/**
 * The data entries of a conversation, as an upcaster sees them while it converts those of one type to the next version.
 * All entries are visible, including those of other types, which the upcaster must not change. Not thread-safe; valid
 * only while the upcaster runs.
 */
public interface StoredData {
    /** The names of the entries. */
    Set<String> names();

    /**
     * Returns one entry; empty if it is absent or JSON {@code null}.
     *
     * @throws UnreadableDataException if the entry cannot be read as {@code type}
     */
    <T> Optional<T> value(String name, Class<T> type);

    /**
     * Returns one entry whose type has type arguments; empty if it is absent or JSON {@code null}.
     *
     * @throws UnreadableDataException if the entry cannot be read as {@code type}
     */
    <T> Optional<T> value(String name, GenericType<T> type);

    /**
     * Puts an entry.
     *
     * @throws IllegalArgumentException if the codec cannot write the value, or would not read it back equal
     * @throws NullPointerException if the value is null: use {@link #remove}
     */
    StoredData put(String name, Object value);

    /** Removes an entry, if it is present. */
    StoredData remove(String name);

    /**
     * Renames an entry, replacing an entry that already has the new name. Changes nothing if there is no such entry.
     */
    StoredData rename(String from, String to);
}
