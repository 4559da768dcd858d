package io.botfsm.storage.inbox;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StorageKey;
import java.util.Arrays;
import java.util.Optional;

/**
 * An update as it was received from a messenger. Immutable and thread-safe. Two are equal if id, conversation and
 * content are.
 */
public final class InboxUpdate {
    /** The longest id, in characters. */
    public static final int MAX_ID_LENGTH = 200;

    private final String id;
    private final Optional<StorageKey> key;
    private final byte[] content;

    private InboxUpdate(String id, Optional<StorageKey> key, byte[] content) {
        this.id = id;
        this.key = key;
        this.content = content;
    }

    /**
     * Creates an update.
     *
     * @param id the id, which is the same when the messenger redelivers the update; not empty
     * @param key the conversation key, if any
     * @param content the update itself, such as its JSON; copied
     * @throws IllegalArgumentException if the id is empty, longer than {@link #MAX_ID_LENGTH}, or holds an unpaired
     *     surrogate
     */
    public static InboxUpdate of(String id, Optional<StorageKey> key, byte[] content) {
        if (requireNonNull(id, "id").isEmpty() || id.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "an update's id must have from 1 to " + MAX_ID_LENGTH + " characters: it has " + id.length());
        }
        return new InboxUpdate(
                Text.wellFormed("an update's id", id),
                requireNonNull(key, "key"),
                requireNonNull(content, "content").clone());
    }

    /** The id, which is the same when the messenger redelivers the update. */
    public String id() {
        return id;
    }

    /** The conversation key, if any. */
    public Optional<StorageKey> key() {
        return key;
    }

    /** Returns a copy of the content. */
    public byte[] content() {
        return content.clone();
    }

    /** The size of the content in bytes. */
    public int size() {
        return content.length;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof InboxUpdate update
                && id.equals(update.id)
                && key.equals(update.key)
                && Arrays.equals(content, update.content);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Returns id, conversation and size, without the content. */
    @Override
    public String toString() {
        return "InboxUpdate[" + Text.field(id) + ", "
                + key.map(StorageKey::toString).orElse("no conversation") + ", " + content.length + " bytes]";
    }
}
