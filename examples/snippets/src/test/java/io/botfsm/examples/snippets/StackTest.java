package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.recovery.StateRecovery;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.LoggingStateStorage;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionListener;
import io.botfsm.transition.TransitionRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The recommended stack, put together and run. */
class StackTest {
    enum Order {
        SIZE,
        ADDRESS
    }

    private final StateStorage redis = new MemoryStateStorage(); // redis.stateStorage() of a BotRedis
    private final TransitionListener metrics = transition -> {};
    private final TransitionRules rules = TransitionRules.builder()
            .allowFromAny(Order.SIZE)
            .allow(Order.SIZE, Order.ADDRESS)
            .endFromAny()
            .build();
    private final StateRecovery database = new StateRecovery() {
        @Override
        public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
            return CompletableFuture.completedFuture(
                    Optional.of(RecoveredConversation.of(Optional.of("Order:SIZE"), Map.of())));
        }

        @Override
        public CompletionStage<Void> cleared(StorageKey key, long version) {
            return CompletableFuture.completedFuture(null);
        }
    };
    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();

    @Test
    void theRecommendedStack() throws Exception {
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        long updateId = 7;
        String text = "12 Main Street";
        try (Lease lease = InstanceLock.builder(new MemoryLeaseStore(), "orders")
                .build()
                .tryAcquire()
                .orThrow()) {
            // snippet: recommended-stack
            StateStorage recovering =
                    RecoveringStateStorage.builder(redis, database).build();
            StateStorage logging = new LoggingStateStorage(recovering);
            StateStorage notifying = new NotifyingStateStorage(logging, List.of(metrics));
            StateStorage storage = new TransitionCheckingStateStorage(notifying, rules);
            Fsm fsm = Fsm.builder(storage).states(Order.class).build().fencedBy(lease.fencingToken());
            EventIsolation isolation = EventIsolation.inProcess();

            // for each update that is polled
            isolation
                    .submit(key, () -> fsm.handle(key, EventId.of(updateId), turn -> answer(turn, text)))
                    .thenAccept(handled -> send(handled.orElse(now -> question(now))))
                    .whenComplete((done, failure) -> ended(updateId, failure)); // confirm it only if nothing failed
            // end
            assertThat(sent.poll(10, TimeUnit.SECONDS)).isEqualTo("Thank you.");
            assertThat(fsm.context(key).state(Order.class)).contains(Order.ADDRESS);
            isolation.close();
            storage.close();
        }
    }

    private void ended(long updateId, @Nullable Throwable failure) {
        assertThat(failure).as("update %s", updateId).isNull();
    }

    private static String answer(Turn turn, String text) {
        turn.put("address", text).state(Order.ADDRESS);
        return question(turn);
    }

    private static String question(Conversation now) {
        return now.state(Order.class).orElseThrow() == Order.SIZE ? "Small or large?" : "Thank you.";
    }

    private void send(String text) {
        sent.add(text);
    }
}
