package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.transition.NotifyingStateStorage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A bot whose parts are all measured. */
class MetricsTest {
    enum Order {
        SIZE
    }

    @Test
    void everyPartIsMeasured() {
        MeterRegistry registry = new SimpleMeterRegistry();
        StateStorage redis = new MemoryStateStorage(); // redis.stateStorage() of a BotRedis
        LeaseStore leases = new MemoryLeaseStore();
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        // snippet: metrics
        BotMetrics metrics = BotMetrics.of(registry, "pizza-bot");
        StateStorage storage = new NotifyingStateStorage(metrics.measure(redis), List.of(metrics.transitions()));
        Fsm fsm = metrics.measure(Fsm.builder(storage).states(Order.class).build());
        InstanceLock lock = InstanceLock.builder(leases, "pizza-bot")
                .listener(metrics.lock())
                .build();
        EventIsolation isolation = EventIsolation.inProcess();
        metrics.bind(isolation);
        // end
        fsm.handle(key, EventId.of(1), turn -> turn.state(Order.SIZE));
        assertThat(registry.get("botfsm.handle")
                        .tags("bot", "pizza-bot", "state", "Order:SIZE", "outcome", "done")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("botfsm.storage").timers()).hasSize(2);
        isolation.close();
        lock.close();
        storage.close();
    }
}
