package io.botfsm.isolation;

import java.util.OptionalLong;

/** The lease under which one handler holds its conversation. Thread-safe. */
public interface ConversationLease {
    /**
     * Returns whether nobody else can be handling this conversation now. It is true until the handler has ended, and
     * across processes only as long as the lease can be relied on. It uses a clock, not the store, and so is correct
     * even if the store cannot be reached. After the machine was suspended or its clock was set forward, it is false
     * until a renewal, which is made at once, has confirmed the lease. It stays false after {@link #onLost} and after
     * the handler has ended.
     */
    boolean isHeld();

    /**
     * Returns a token that is higher than those of all earlier processes, for {@link io.botfsm.Fsm#fencedBy}. It is
     * constant, and empty if the isolation is within one process. Handlers that one process runs one after another may
     * have the same token.
     */
    OptionalLong fencingToken();

    /**
     * Runs the action once when the conversation is lost while the handler runs; immediately if it is already lost. It
     * never runs if the isolation is within one process.
     *
     * @param action must not block, since it shares its thread with the actions of other handlers
     */
    void onLost(Runnable action);

    /**
     * Reports that this lease's token was refused because a higher one had been seen, which means that the store has
     * lost tokens that it issued. Later leases of this isolation, and the next lease of this conversation in any
     * process, get a higher token. This method is called automatically if the handler throws a
     * {@link io.botfsm.storage.FencedException}, or an exception caused by one. It has no effect if the isolation is
     * within one process.
     *
     * @param highestSeen the token that was seen. A token not above that of this lease has no effect. A token that no
     *     lease can have had is logged and has no effect: see {@link io.botfsm.lock.Lease#fenced}
     */
    void fenced(long highestSeen);
}
