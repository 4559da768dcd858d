package io.botfsm.recovery;

import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * A {@link StateRecovery} in the words of a blocking driver; {@link StateRecovery#blocking} makes it one. Thread-safe.
 * May throw any exception.
 */
public interface BlockingStateRecovery {
    /**
     * Looks for a conversation that the storage does not have.
     *
     * @return empty if this source does not know it either
     */
    Optional<RecoveredConversation> recover(StorageKey key) throws Exception;

    /**
     * Forgets a conversation that was cleared on purpose, unless what is known is of a higher version. May be called
     * more than once.
     */
    void cleared(StorageKey key, long version) throws Exception;
}
