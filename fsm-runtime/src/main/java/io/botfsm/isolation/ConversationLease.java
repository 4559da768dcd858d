package io.botfsm.isolation;

import java.util.OptionalLong;

/** One handler's hold of its conversation. Thread-safe. */
public interface ConversationLease {
    /**
     * Whether nobody else can be handling this conversation now: until the handler has ended, and across processes no
     * longer than the lease can be relied on. Asks a clock, not the store: it is right even if nothing can be reached.
     * After the machine was suspended or its clock was set forward it is false until a renewal, which is made at once,
     * has confirmed the lease; it is false for good after {@link #onLost} and when the handler has ended.
     */
    boolean isHeld();

    /**
     * A token that is higher than that of every earlier process, for {@link io.botfsm.Fsm#fencedBy}; constant. Empty
     * where the isolation is within one process. Handlers that one process runs one after another may have the same.
     */
    OptionalLong fencingToken();

    /**
     * Runs the action once when the conversation is lost while the handler runs, at once if it already is. Never within
     * one process.
     *
     * @param action must not block: it runs on a thread that it shares with the actions of other handlers
     */
    void onLost(Runnable action);

    /**
     * Says that something refused this lease's token since it has seen a higher one: the store has fallen back behind
     * tokens that it gave out. Later leases of this isolation, and the next one of this conversation in any process,
     * have a token above. Called by itself where the handler throws a {@link io.botfsm.storage.FencedException}, or
     * what that has caused. Nothing within one process.
     *
     * @param highestSeen the token that was seen; one not above this lease's changes nothing, and one that no lease can
     *     have had is logged and changes nothing: see {@link io.botfsm.lock.Lease#fenced}
     */
    void fenced(long highestSeen);
}
