package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Objects;

/**
 * A record that is stored like a conversation but cannot be read as one: it is of another type or of a newer format, or
 * its name is ambiguous between two conversations. Immutable and thread-safe. Two are equal if name and reason are.
 */
public final class UnreadableRecord {
    private final String name;
    private final String reason;

    private UnreadableRecord(String name, String reason) {
        this.name = name;
        this.reason = reason;
    }

    /**
     * Creates an unreadable record; for storages.
     *
     * @param name the conversation's key in readable form, or the record's own name, on one line
     * @param reason why it cannot be read, without any part of its data
     */
    public static UnreadableRecord of(String name, String reason) {
        return new UnreadableRecord(requireNonNull(name, "name"), requireNonNull(reason, "reason"));
    }

    /** Returns the conversation's key in readable form, or the record's own name if the key is not known. */
    public String name() {
        return name;
    }

    /** Returns the reason why it cannot be read. */
    public String reason() {
        return reason;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof UnreadableRecord record && name.equals(record.name) && reason.equals(record.reason);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, reason);
    }

    @Override
    public String toString() {
        return "UnreadableRecord[" + name + ": " + reason + "]";
    }
}
