package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.micrometer.BotMetrics;
import io.botfsm.micrometer.BotObservations;
import io.botfsm.monitoring.Health;
import io.botfsm.monitoring.HealthCheck;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.UpdateInbox;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.PollingSession;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.Texts;
import io.botfsm.transition.NotifyingStateStorage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
                .listener(metrics.lock("pizza-bot"))
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
        assertThat(registry.get("botfsm.storage").timers())
                .filteredOn(timer -> timer.count() > 0)
                .hasSize(2);
        isolation.close();
        lock.close();
        storage.close();
    }

    private static final Flow<String, String> PIZZA = Flow.of(Order.class, new Nothing(null), f -> {
        f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
        f.state(Order.SIZE, s -> s.ask("Which size?").ends().answer((turn, text) -> turn.end("On its way.")));
    });

    record Nothing(@Nullable String nothing) {}

    // snippet: metrics-of-a-telegram-bot
    static TelegramRunner measured(BotToken token, StateStorage redis, LeaseStore leases, MeterRegistry registry) {
        BotMetrics metrics = BotMetrics.of(registry, "pizza-bot");
        metrics.bindWork(PIZZA);
        metrics.bind(HealthCheck.storage(redis, token.botId()));
        redis.extension(UpdateInbox.class).ifPresent(inbox -> metrics.bind(inbox, token.botId()));
        StateStorage storage =
                new NotifyingStateStorage(metrics.measure(redis), List.of(metrics.transitions(PIZZA.rules())));
        return TelegramRunner.polling(token)
                .flow(PIZZA, Texts.in(), Texts.out())
                .storage(storage, leases)
                .lock("pizza-bot")
                .fsmSettings(fsm -> fsm.decorate(metrics::measure))
                .lockSettings(lock -> lock.listener(metrics.lock("pizza-bot")))
                .pollingSettings(polling -> polling.onStart(metrics::bind))
                .timeoutSettings(timeouts -> timeouts.onStart(metrics::bind))
                .senderSettings(sender -> sender.onBuild(metrics::bind))
                .runnerSettings(run -> run.thenClose("storage", Duration.ofSeconds(5), storage));
    }
    // end

    @Test
    void aWholeBotIsMeasured() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramRunner runner = measured(
                            BotToken.of(telegram.token()), new MemoryStateStorage(), new MemoryLeaseStore(), registry)
                    .server(telegram.uri())
                    .runnerSettings(BotRunner::withoutSignals);
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(runner::run);
            telegram.user(7).says("/order");
            telegram.user(7).awaitReply("Which size?", Duration.ofSeconds(30));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> registry.get("botfsm.sends")
                                    .tags("result", "sent")
                                    .functionCounter()
                                    .count()
                            == 1);
            assertThat(registry.get("botfsm.handle")
                            .tags("state", "Order:SIZE")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("botfsm.polling.lag").timeGauge().value(TimeUnit.SECONDS))
                    .isBetween(0d, 60d);
            runner.stop();
            assertThat(status.join()).isEqualTo(BotRunner.STOPPED);
        }
    }

    @Test
    void turnsAreObserved() {
        ObservationRegistry registry = ObservationRegistry.create();
        List<String> ended = new CopyOnWriteArrayList<>();
        registry.observationConfig().observationHandler(new Ended(ended));
        StateStorage redis = new MemoryStateStorage();
        StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
        // snippet: observations
        BotObservations observations = BotObservations.of(registry, "pizza-bot");
        StateStorage storage = observations.observe(redis);
        Fsm fsm = observations.observe(Fsm.builder(storage).states(Order.class).build());
        // end
        fsm.handle(key, EventId.of(1), turn -> turn.state(Order.SIZE));
        assertThat(ended).containsExactly("botfsm.storage.call", "botfsm.storage.call", "botfsm.turn");
        storage.close();
    }

    /** Remembers the names of observations that have ended. */
    private record Ended(List<String> names) implements ObservationHandler<Observation.Context> {
        @Override
        public void onStop(Observation.Context context) {
            names.add(context.getName());
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    // snippet: health
    static final class PizzaHealth {
        private final AtomicReference<Optional<PollingSession>> session = new AtomicReference<>(Optional.empty());
        private final List<HealthCheck> checks;

        PizzaHealth(StateStorage redis, InstanceLock lock, long botId) {
            checks = List.of(
                    HealthCheck.storage(redis, botId).timeout(Duration.ofSeconds(1)),
                    HealthCheck.lock(lock),
                    HealthCheck.polling(session::get, Duration.ofMinutes(2)));
        }

        /** For {@code PollingSession.Builder.onStart(health::started)}. */
        void started(PollingSession polling) {
            session.set(Optional.of(polling));
        }

        Map<String, Health> check() {
            return checks.stream().collect(Collectors.toMap(HealthCheck::name, HealthCheck::check));
        }
    }
    // end

    @Test
    void aBotWithoutItsStorageIsDown() {
        StateStorage redis = new MemoryStateStorage();
        try (InstanceLock lock =
                InstanceLock.builder(new MemoryLeaseStore(), "pizza-bot").build()) {
            PizzaHealth health = new PizzaHealth(redis, lock, 1);
            assertThat(health.check().values()).allMatch(Health::isUp);
            redis.close();
            assertThat(health.check().get("storage").isUp()).isFalse();
        }
    }

    @Test
    void aStorageThatHangsIsReadOnce() {
        AtomicInteger reads = new AtomicInteger();
        StateStorage redis = new ForwardingStateStorage(new MemoryStateStorage()) {
            @Override
            public CompletionStage<Snapshot> read(StorageKey key) {
                reads.incrementAndGet();
                return new CompletableFuture<>();
            }
        };
        try (InstanceLock lock =
                InstanceLock.builder(new MemoryLeaseStore(), "pizza-bot").build()) {
            PizzaHealth health = new PizzaHealth(redis, lock, 1);
            for (int i = 0; i < 2; i++) {
                assertThat(health.check().get("storage").isUp()).isFalse();
            }
            assertThat(reads).hasValue(1);
        }
    }

    @Test
    void aBotWhoseTokenIsRefusedIsDown() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start();
                InstanceLock lock = InstanceLock.builder(new MemoryLeaseStore(), "pizza-bot")
                        .build();
                Lease lease = lock.tryAcquire().orThrow()) {
            PizzaHealth health = new PizzaHealth(new MemoryStateStorage(), lock, 7);
            var unused = PollingSession.builder(BotToken.of("7:wrong"))
                    .server(telegram.uri())
                    .onStart(health::started)
                    .start(lease, Fsm.of(new MemoryStateStorage()), (fsm, key, update) -> {});
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !health.check().get("polling").isUp());
        }
    }
}
