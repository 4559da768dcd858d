package io.botfsm.json;

import io.botfsm.storage.StorageKey;
import java.util.Locale;
import java.util.Optional;

/**
 * Thrown when data was stored by a newer build, in a version of its type that this build does not know. The data is
 * neither read nor overwritten; the conversation is unchanged. This happens while a new build is being rolled out, or
 * after it was rolled back.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class NewerDataException extends UnreadableDataException {
    private final int storedVersion;
    private final int knownVersion;

    /**
     * Creates the exception for one conversation.
     *
     * @param key the conversation
     * @param field the name of a data entry of the type, or an empty text if none of its names is stored
     * @param type the type that was to be read or written
     * @param storedVersion the version in which its data is stored
     * @param knownVersion the highest version that this build reads
     */
    public NewerDataException(StorageKey key, String field, Class<?> type, int storedVersion, int knownVersion) {
        super(
                Optional.of(key),
                field,
                type,
                String.format(
                        Locale.ROOT,
                        "it is stored in version %d, and this build knows the type up to version %d. Nothing was "
                                + "changed. Let a build that knows version %1$d handle the conversation, or clear it",
                        storedVersion,
                        knownVersion));
        this.storedVersion = storedVersion;
        this.knownVersion = knownVersion;
    }

    /** The version in which the data is stored. */
    public int storedVersion() {
        return storedVersion;
    }

    /** The highest version that this build reads. */
    public int knownVersion() {
        return knownVersion;
    }
}
