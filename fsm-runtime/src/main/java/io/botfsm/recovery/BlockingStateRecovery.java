package io.botfsm.recovery;

import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * The blocking form of a {@link StateRecovery}, for blocking drivers; {@link StateRecovery#blocking} adapts it.
 * Thread-safe. Methods may throw any exception.
 */
public interface BlockingStateRecovery {
    /**
     * Looks up a conversation that the storage does not have.
     *
     * @return empty if this source does not know it either
     */
    Optional<RecoveredConversation> recover(StorageKey key) throws Exception;

    /**
     * Forgets a conversation that was cleared intentionally, unless the source knows a higher version of it. May be
     * called more than once.
     */
    void cleared(StorageKey key, long version) throws Exception;
}
