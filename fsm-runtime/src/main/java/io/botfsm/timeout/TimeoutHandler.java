package io.botfsm.timeout;

import io.botfsm.Fsm;
import io.botfsm.storage.StorageKey;
import java.time.Instant;

/**
 * Handles a conversation whose deadline has passed. Called by several threads, but for each conversation by one at a
 * time.
 */
@FunctionalInterface
public interface TimeoutHandler {
    /**
     * Acts on a conversation if it still has the deadline, and clears the deadline or sets a later one; until it does,
     * the conversation becomes due again. It is called at least once for a deadline, possibly by several instances one
     * after another. It may be slow and may block, but if it runs longer than {@linkplain TimeoutRunner.Builder#claim
     * the claim}, another call may begin. If it sets a deadline before the end of the claim, the claim ends.
     *
     * @param fsm the conversations, fenced by the lease if there is one
     * @param key the conversation
     * @param deadline the deadline when the conversation was found
     * @return whether the deadline is settled, by this call or by another that was faster; if not, the conversation
     *     keeps the deadline, for another build or another handler, and is tried again after pauses that double
     * @throws Exception if the handler must be called again later
     */
    boolean fire(Fsm fsm, StorageKey key, Instant deadline) throws Exception;
}
