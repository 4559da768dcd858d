package io.botfsm.conformance.internal;

import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A second source that knows every conversation of another bot. */
public record OthersRecovery() implements StateRecovery {
    private static final RecoveredConversation KNOWN = RecoveredConversation.of(Optional.of("A"), Map.of("a", "1"));

    @Override
    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        return CompletableFuture.completedStage(
                Optional.of(KNOWN).filter(known -> key.bot().equals("another")));
    }

    @Override
    public CompletionStage<Void> cleared(StorageKey key, long version) {
        return CompletableFuture.completedStage(null);
    }
}
