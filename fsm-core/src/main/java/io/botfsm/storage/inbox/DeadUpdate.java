package io.botfsm.storage.inbox;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import java.time.Instant;
import java.util.Objects;

/** A dead letter: an update that was given up. Immutable and thread-safe. Two are equal if all their parts are. */
public final class DeadUpdate {
    private final long position;
    private final InboxUpdate update;
    private final String reason;
    private final Instant buriedAt;

    private DeadUpdate(long position, InboxUpdate update, String reason, Instant buriedAt) {
        this.position = position;
        this.update = update;
        this.reason = reason;
        this.buriedAt = buriedAt;
    }

    /** Creates a dead letter; for storages. */
    public static DeadUpdate of(long position, InboxUpdate update, String reason, Instant buriedAt) {
        return new DeadUpdate(
                position,
                requireNonNull(update, "update"),
                requireNonNull(reason, "reason"),
                requireNonNull(buriedAt, "buriedAt"));
    }

    /**
     * The position. Positions start at 1; each dead letter gets a higher position than all earlier ones, and no
     * position is used twice.
     */
    public long position() {
        return position;
    }

    /** The update. */
    public InboxUpdate update() {
        return update;
    }

    /** The reason why it was given up. */
    public String reason() {
        return reason;
    }

    /** The time when it was given up. */
    public Instant buriedAt() {
        return buriedAt;
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof DeadUpdate dead
                && position == dead.position
                && update.equals(dead.update)
                && reason.equals(dead.reason)
                && buriedAt.equals(dead.buriedAt);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, update, reason, buriedAt);
    }

    @Override
    public String toString() {
        return "DeadUpdate[" + position + ", " + update + ", " + Text.field(reason) + ", buriedAt=" + buriedAt + "]";
    }
}
