package io.botfsm.json;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes values as JSON text and reads them back. Thread-safe.
 *
 * <p>Every value that is written must be read back equal. Error messages name the entry and the type, never the value.
 */
public interface JsonCodec {
    /**
     * Writes one value as JSON text.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    String write(Object value);

    /**
     * Writes one value as JSON text, according to its declared type.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    <T> String write(T value, GenericType<T> type);

    /**
     * Reads one value from JSON text; empty for JSON {@code null}.
     *
     * @throws UnreadableDataException if the text cannot be read as {@code type}
     */
    default <T> Optional<T> read(String json, Class<T> type) {
        return read(json, GenericType.of(type));
    }

    /**
     * Reads one value from JSON text, according to its type with type arguments; empty for JSON {@code null}.
     *
     * @throws UnreadableDataException if the text cannot be read as {@code type}
     */
    <T> Optional<T> read(String json, GenericType<T> type);

    /**
     * Returns the properties of an object as data entries, name to JSON text. A property that is null is returned as
     * the text {@code null}.
     *
     * @throws IllegalArgumentException if it cannot be written, or is not an object with properties
     */
    Map<String, String> split(Object record);

    /**
     * Returns the names of all data entries that belong to a type: those that {@link #split} writes, and former ones
     * that {@link #join} still reads. When an object is written, the entries of those names that it does not contain
     * are removed.
     *
     * @return the names; by default none
     */
    default Set<String> names(Class<?> type) {
        return Set.of();
    }

    /**
     * Creates an object from the data entries that are its properties; empty if none of them is present. Other entries
     * are ignored.
     *
     * @throws UnreadableDataException if an entry cannot be read as its property, or is absent for a primitive property
     */
    <T> Optional<T> join(Map<String, String> data, Class<T> type);
}
