package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.OptionalLong;

/** An update in the window. Its state is the window's, which guards it. */
final class Entry {
    /** How far it is. */
    enum State {
        /** Waits for its time to be submitted, for the first time or again. */
        WAITING,
        SUBMITTED,
        RUNNING,
        DONE
    }

    private final Received received;
    private final Placement placement;
    State state = State.WAITING;
    /** When it may be submitted. */
    long due;
    /** When its handler failed last. */
    long failedAt;
    /** When its handler has begun, in the order of events. */
    long begun;
    /** How often its handler has failed for a reason that counts as its own. */
    int failures;
    /** How often it has failed for what may be an outage, and was not counted. */
    int uncounted;
    /** How often it could not be handed over. */
    int receiverFailures;
    /** When Telegram first refused to send for it. */
    OptionalLong limitedSince = OptionalLong.empty();
    /** Whether its handler has succeeded, and it was not given up. */
    boolean handled;

    Entry(Received received, Placement placement, long due) {
        this.received = received;
        this.placement = placement;
        this.due = due;
    }

    long id() {
        return received.id();
    }

    Received received() {
        return received;
    }

    /** Whose conversation it belongs to. */
    Optional<StorageKey> key() {
        return placement.key();
    }

    /** The chat it comes from, and is most likely answered in. */
    Optional<Long> chat() {
        return placement.chat();
    }

    /** Why it cannot be handled at all. */
    Optional<Throwable> failure() {
        return placement.failure();
    }

    /** What fails or succeeds with it: its conversation, or only itself. */
    Object conversation() {
        return key().isPresent() ? key().get() : Long.valueOf(id());
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Nobody's updates are in no order. */
    boolean isOfSameConversation(Entry other) {
        return key().isPresent() && key().equals(other.key());
    }

    /** For logs: no data. */
    @Override
    public String toString() {
        return "update " + id() + key().map(of -> " (" + of + ")").orElse("");
    }
}
