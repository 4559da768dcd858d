package io.botfsm.isolation;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** The permit under which handlers of a conversation run, one after another. Thread-safe. */
interface ConversationPermit {
    boolean isHeld();

    OptionalLong fencingToken();

    /** Registers a handler that begins, which is notified if the permit is lost. */
    void serve(HandlerLease handler);

    /** Reports that its token was refused because a higher one had been seen. */
    void fenced(long highestSeen);

    /** Returns whether the next handler in this process may continue under this permit. */
    boolean mayServeAnother();

    /** Gives the permit back. Never fails, and completes in bounded time. */
    CompletionStage<?> release();

    /**
     * Returns how long this process should wait before it asks again, so that other processes can get the conversation.
     */
    Duration pause();
}
