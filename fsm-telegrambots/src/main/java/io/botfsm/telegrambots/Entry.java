package io.botfsm.telegrambots;

import io.botfsm.StorageKey;
import java.util.Optional;

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
    private final Optional<StorageKey> key;
    State state = State.WAITING;
    /** When it may be submitted. */
    long due;
    /** How often its handler has failed for a reason that may be its own. */
    int failures;

    Entry(Received received, Optional<StorageKey> key, long due) {
        this.received = received;
        this.key = key;
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
        return key;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Nobody's updates are in no order. */
    boolean isOfSameConversation(Entry other) {
        return key.isPresent() && key.equals(other.key);
    }

    /** For logs: no data. */
    @Override
    public String toString() {
        return "update " + id() + key.map(of -> " (" + of + ")").orElse("");
    }
}
