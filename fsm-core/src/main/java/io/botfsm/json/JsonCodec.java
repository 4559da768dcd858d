package io.botfsm.json;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes values as JSON text and reads them back. Thread-safe.
 *
 * <p>What is written must be read back equal. Errors name the entry and the type, never the value.
 */
public interface JsonCodec {
    /**
     * One value as JSON text.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    String write(Object value);

    /**
     * One value as JSON text, written as its declared type says.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    <T> String write(T value, GenericType<T> type);

    /**
     * One value from JSON text; empty for JSON's {@code null}.
     *
     * @throws UnreadableDataException if the text is not what {@code type} needs
     */
    default <T> Optional<T> read(String json, Class<T> type) {
        return read(json, GenericType.of(type));
    }

    /**
     * One value from JSON text, with everything in it as the type's arguments say; empty for JSON's {@code null}.
     *
     * @throws UnreadableDataException if the text is not what {@code type} needs
     */
    <T> Optional<T> read(String json, GenericType<T> type);

    /**
     * The properties of an object as data entries, name to JSON text; a property that is null as the text {@code null}.
     *
     * @throws IllegalArgumentException if it cannot be written, or is no object with properties
     */
    Map<String, String> split(Object record);

    /**
     * The names of all data entries that belong to a type: those that {@link #split} writes, and former ones that
     * {@link #join} still reads. Those among them that a written object does not have are removed with the write.
     *
     * @return none, unless the codec knows
     */
    default Set<String> names(Class<?> type) {
        return Set.of();
    }

    /**
     * An object from those data entries that are its properties; empty if none of them is there. Other entries are not
     * looked at.
     *
     * @throws UnreadableDataException if an entry is not what its property needs, or is absent for a primitive property
     */
    <T> Optional<T> join(Map<String, String> data, Class<T> type);
}
