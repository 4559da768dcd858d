package io.botfsm.isolation;

import org.jspecify.annotations.Nullable;

/** What a handler has to acquire in addition to its turn in this process. */
@FunctionalInterface
interface Admission {
    /**
     * Tries to acquire the permit; blocks at most for the time of one request to a store.
     *
     * @param retry if the turn has to wait, is run once, later, to try again
     * @return null if the turn has to wait
     * @throws io.botfsm.storage.FsmException if it cannot be obtained
     */
    @Nullable
    ConversationPermit admit(QueuedHandler<?> turn, Runnable retry);
}
