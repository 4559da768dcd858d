package io.botfsm.examples.snippets;

import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

// snippet: aiogram-recovery
record FromAiogram(StateStorage aiogram) implements StateRecovery {
    @Override
    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        return aiogram.read(key)
                .thenApply(found -> found.version() == 0
                        ? Optional.empty()
                        : Optional.of(RecoveredConversation.of(found.state(), found.data())));
    }

    @Override
    public CompletionStage<Void> cleared(StorageKey key, long version) {
        Mutation clear = Mutation.builder().clearState().replaceData(Map.of()).build();
        return aiogram.write(key, clear).thenAccept(done -> {});
    }
}
// end
