package io.botfsm.conformance.internal;

import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A second source that knows nothing. */
public record EmptyRecovery() implements StateRecovery {
    @Override
    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        return CompletableFuture.completedStage(Optional.empty());
    }

    @Override
    public CompletionStage<Void> cleared(StorageKey key, long version) {
        return CompletableFuture.completedStage(null);
    }
}
