package io.botfsm.storage.inbox;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Objects;

/** An update that is waiting to be handled. Immutable and thread-safe. Two are equal if all their parts are. */
public final class WaitingUpdate {
    private final long position;
    private final InboxUpdate update;
    private final Instant storedAt;

    private WaitingUpdate(long position, InboxUpdate update, Instant storedAt) {
        this.position = position;
        this.update = update;
        this.storedAt = storedAt;
    }

    /** Creates a waiting update; for storages. */
    public static WaitingUpdate of(long position, InboxUpdate update, Instant storedAt) {
        return new WaitingUpdate(position, requireNonNull(update, "update"), requireNonNull(storedAt, "storedAt"));
    }

    /**
     * The position. Positions start at 1; each update gets a higher position than all earlier ones, and no position is
     * used twice.
     */
    public long position() {
        return position;
    }

    /** The update. */
    public InboxUpdate update() {
        return update;
    }

    /** The time when it was stored. */
    public Instant storedAt() {
        return storedAt;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof WaitingUpdate waiting
                && position == waiting.position
                && update.equals(waiting.update)
                && storedAt.equals(waiting.storedAt);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, update, storedAt);
    }

    @Override
    public String toString() {
        return "WaitingUpdate[" + position + ", " + update + ", storedAt=" + storedAt + "]";
    }
}
