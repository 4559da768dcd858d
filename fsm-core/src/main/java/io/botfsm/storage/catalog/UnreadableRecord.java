package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Objects;

/**
 * A record in the place of a conversation that cannot be read as one: of another type, of a newer format, or with a
 * name that may be two conversations'. Immutable and thread-safe. Two are equal if both parts are.
 */
public final class UnreadableRecord {
    private final String name;
    private final String reason;

    private UnreadableRecord(String name, String reason) {
        this.name = name;
        this.reason = reason;
    }

    /**
     * A record, for storages.
     *
     * @param name the conversation's key in words or the record's own name, on one line
     * @param reason why it cannot be read, without any part of its data
     */
    public static UnreadableRecord of(String name, String reason) {
        return new UnreadableRecord(requireNonNull(name, "name"), requireNonNull(reason, "reason"));
    }

    /** The conversation's key in words, or the record's own name where it is not known whose it is. */
    public String name() {
        return name;
    }

    /** Why it cannot be read. */
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
