package io.botfsm.recovery;

import io.botfsm.StorageKey;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A second source of conversations, for instance a database, which is asked when the storage has none. */
public interface StateRecovery {
    /**
     * Looks for a conversation that the storage does not have.
     *
     * @return empty if this source does not know it either
     */
    CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key);

    /** Tells that a conversation was cleared on purpose: it must not be recovered from now on. May be told more than once. */
    CompletionStage<Void> cleared(StorageKey key);
}
