package io.botfsm.isolation;

import org.jspecify.annotations.Nullable;

/** What a handler needs, beside its turn in this process. */
@FunctionalInterface
interface Admission {
    /**
     * Asks for it; blocks for no longer than a question to a store takes.
     *
     * @param again is run once, later, if the turn has to wait, to ask again
     * @return null if the turn has to wait
     * @throws io.botfsm.storage.FsmException if it cannot be obtained
     */
    @Nullable
    ConversationPermit admit(QueuedHandler<?> turn, Runnable again);
}
