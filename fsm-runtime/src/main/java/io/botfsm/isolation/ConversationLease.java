package io.botfsm.isolation;

import java.util.OptionalLong;

/** One handler's hold of its conversation. Thread-safe. */
public interface ConversationLease {
    /** Whether nobody else can be handling this conversation now. Within one process: until the handler has ended. */
    boolean isHeld();

    /**
     * A token that is higher than that of every earlier holder, for {@link io.botfsm.Fsm#fencedBy}; empty where the isolation
     * is within one process.
     */
    OptionalLong fencingToken();

    /** Runs the action once when the conversation is lost while the handler runs, at once if it already is. */
    void onLost(Runnable action);
}
