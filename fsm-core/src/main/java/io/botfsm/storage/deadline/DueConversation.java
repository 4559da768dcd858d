package io.botfsm.storage.deadline;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.Objects;

/**
 * A conversation whose deadline has passed, as it was when it was read. Immutable and thread-safe. Two are equal if all
 * their parts are.
 */
public final class DueConversation {
    private final StorageKey key;
    private final Instant deadline;
    private final long version;
    private final Instant queuedAt;

    private DueConversation(StorageKey key, Instant deadline, long version, Instant queuedAt) {
        this.key = key;
        this.deadline = deadline;
        this.version = version;
        this.queuedAt = queuedAt;
    }

    /** Creates a due conversation; for storages. */
    public static DueConversation of(StorageKey key, Instant deadline, long version, Instant queuedAt) {
        return new DueConversation(
                requireNonNull(key, "key"),
                requireNonNull(deadline, "deadline"),
                version,
                requireNonNull(queuedAt, "queuedAt"));
    }

    /** The key of the conversation. */
    public StorageKey key() {
        return key;
    }

    /** The deadline of the conversation. */
    public Instant deadline() {
        return deadline;
    }

    /**
     * The version of the conversation. A write that expects it ({@link Mutation.Builder#expectVersion}) applies only to
     * the conversation that was found due.
     */
    public long version() {
        return version;
    }

    /**
     * The time that determines its place in the queue: its deadline, an earlier deadline that it replaced, or the time
     * until which the conversation was deferred.
     */
    public Instant queuedAt() {
        return queuedAt;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof DueConversation due
                && key.equals(due.key)
                && deadline.equals(due.deadline)
                && version == due.version
                && queuedAt.equals(due.queuedAt);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, deadline, version, queuedAt);
    }

    @Override
    public String toString() {
        return "DueConversation[" + key + ", deadline=" + deadline + ", version=" + version + ", queuedAt=" + queuedAt
                + "]";
    }
}
