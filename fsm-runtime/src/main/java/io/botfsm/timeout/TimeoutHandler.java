package io.botfsm.timeout;

import io.botfsm.Fsm;
import io.botfsm.storage.StorageKey;
import java.time.Instant;

/**
 * What a bot does with a conversation whose deadline has passed. Called by several threads, for each conversation by
 * one.
 */
@FunctionalInterface
public interface TimeoutHandler {
    /**
     * Acts on a conversation if it still holds the deadline, and clears that or sets a later one: until it does, the
     * conversation is due again. Called at least once for a deadline, also by several instances one after another. May
     * take its time, and block; longer than {@linkplain TimeoutRunner.Builder#claim the claim}, another may begin. A
     * deadline that it sets before the end of the claim ends that.
     *
     * @param fsm the conversations, fenced by the lease if there is one
     * @param key the conversation
     * @param deadline what it held when it was found
     * @return whether nothing is left to be done about the deadline, also since another was faster; if not, the
     *     conversation keeps it, for another build or another handler, and is tried again after pauses that double
     * @throws Exception if it is to be called again later
     */
    boolean fire(Fsm fsm, StorageKey key, Instant deadline) throws Exception;
}
