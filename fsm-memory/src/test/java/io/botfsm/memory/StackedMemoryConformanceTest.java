package io.botfsm.memory;

import io.botfsm.conformance.internal.EmptyRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import io.botfsm.transition.TransitionRules;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/**
 * The whole stack of decorators keeps every rule that the storage keeps, if the transitions that the suite makes are
 * declared.
 */
final class StackedMemoryConformanceTest extends MemoryConformance {
    @Override
    StateStorage decorate(MemoryStateStorage storage) {
        StateStorage recovering =
                RecoveringStateStorage.builder(storage, new EmptyRecovery()).build();
        StateStorage logging = new LoggingStateStorage(recovering, NOPLogger.NOP_LOGGER, Level.INFO);
        return new DeclaringAsItGoes(new NotifyingStateStorage(logging, List.of(transition -> {})));
    }

    /** Checks each write against rules that declare exactly its transition. */
    private static final class DeclaringAsItGoes extends ForwardingStateStorage {
        DeclaringAsItGoes(StateStorage storage) {
            super(storage);
        }

        @Override
        public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
            TransitionRules.Builder rules = TransitionRules.builder();
            mutation.state().ifPresentOrElse(rules::allowFromAny, rules::endFromAny);
            return new TransitionCheckingStateStorage(storage(), rules.build(), Undeclared.REFUSE).write(key, mutation);
        }
    }
}
