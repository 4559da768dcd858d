package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.NotifyingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage.Undeclared;
import io.botfsm.transition.TransitionListener;
import io.botfsm.transition.TransitionRefusedException;
import io.botfsm.transition.TransitionRules;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The pieces of the page on transitions, put together and run. */
class TransitionsTest {
    enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    private final StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
    private final StateStorage conversations = new MemoryStateStorage();

    @Test
    void declaredAndRefused() {
        // snippet: transition-rules
        TransitionRules rules = TransitionRules.builder()
                .begin(Order.SIZE)
                .allow(Order.SIZE, Order.ADDRESS)
                .allow(Order.ADDRESS, Order.PLACED, Order.SIZE)
                .end(Order.PLACED)
                .allowFromAny(Order.SIZE) // by /start
                .endFromAny() // by /cancel
                .build();
        StateStorage storage = new TransitionCheckingStateStorage(conversations, rules, Undeclared.REFUSE);
        // end
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        fsm.handle(key, 1, turn -> turn.state(Order.SIZE));
        assertThatThrownBy(() -> fsm.handle(key, 2, turn -> turn.state(Order.PLACED)))
                .isInstanceOf(TransitionRefusedException.class);
        assertThat(rules.toMermaid()).contains("Order_SIZE --> Order_ADDRESS");
    }

    @Test
    void notified() {
        // snippet: transition-listener
        Map<String, Integer> arrivals = new ConcurrentHashMap<>();
        TransitionListener counts =
                transition -> transition.to().ifPresent(state -> arrivals.merge(state, 1, Integer::sum));
        StateStorage storage = new NotifyingStateStorage(conversations, List.of(counts));
        // end
        Fsm fsm = Fsm.builder(storage).states(Order.class).build();
        fsm.handle(key, 1, turn -> turn.state(Order.SIZE));
        fsm.handle(key, 2, turn -> turn.state(Order.ADDRESS));
        Awaitility.await().until(() -> arrivals.equals(Map.of("Order:SIZE", 1, "Order:ADDRESS", 1)));

        fsm.fencedBy(8).context(key).updateData("n", 1);
        assertThatThrownBy(() -> fsm.fencedBy(7).context(key).setState(Order.PLACED))
                .isInstanceOf(FencedException.class);
        fsm.context(key).setState(Order.SIZE); // reported after the refused write would have been
        Awaitility.await().until(() -> arrivals.equals(Map.of("Order:SIZE", 2, "Order:ADDRESS", 1)));
    }

    @Test
    void fenced() {
        long token = 7;
        // snippet: fenced-storage
        StateStorage ofThisLease = new FencedStateStorage(conversations, token); // lease.fencingToken(), once
        // end
        Fsm.of(conversations).fencedBy(8).context(key).setState("newer");
        assertThatThrownBy(() -> Fsm.of(ofThisLease).context(key).setState("older"))
                .hasMessageContaining("8");
    }
}
