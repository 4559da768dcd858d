package io.botfsm.isolation;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** What handlers of a conversation run under, one after another. Thread-safe. */
interface ConversationPermit {
    boolean isHeld();

    OptionalLong fencingToken();

    /** Another handler begins, which is told of a loss. */
    void serve(HandlerLease handler);

    /** Something refused its token, since it has seen that higher one. */
    void fenced(long highestSeen);

    /** Whether the next handler in this process may go on with it. */
    boolean mayServeAnother();

    /** Gives it back; never fails, and ends in bounded time. */
    CompletionStage<?> release();

    /** How long this process should wait before it asks again, so that others get it. */
    Duration pause();
}
