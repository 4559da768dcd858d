package io.botfsm.catalog;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import java.util.Objects;

/**
 * A part of a conversation that a build cannot read. Immutable and thread-safe. Two are equal if all their parts are.
 */
public final class UnreadableConversation {
    private static final String STATE = "state";
    private static final String DATA = "data";

    private final StorageKey key;
    private final String part;
    private final String reason;

    private UnreadableConversation(StorageKey key, String part, String reason) {
        this.key = key;
        this.part = part;
        this.reason = reason;
    }

    static UnreadableConversation state(UnknownStateException unknown) {
        return new UnreadableConversation(unknown.key(), STATE, unknown.problem());
    }

    /** @param entry the entry that cannot be read; empty if no single entry is the cause */
    static UnreadableConversation data(StorageKey key, String entry, String reason) {
        return new UnreadableConversation(key, entry.isEmpty() ? DATA : DATA + "." + entry, reason);
    }

    /** The conversation. */
    public StorageKey key() {
        return key;
    }

    /**
     * The part that cannot be read: {@code state}; {@code data.size} for the data entry {@code size}; {@code data} if
     * no single entry is the cause.
     */
    public String part() {
        return part;
    }

    /** The reason why it cannot be read, with the state's name but without any data value. */
    public String reason() {
        return reason;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof UnreadableConversation u
                && key.equals(u.key)
                && part.equals(u.part)
                && reason.equals(u.reason);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, part, reason);
    }

    /** Returns all parts on one line: {@code bot=1 chat=2 user=3: state: …}. */
    @Override
    public String toString() {
        return key + ": " + Text.field(part) + ": " + Text.oneLine(reason);
    }
}
